import IngestionJobs
import TelemetryAdapter
import TestSupport
import Testing

@Suite("Metrics of runs")
struct RunMetricsTests {
    private let registry = PrometheusRegistry(ServiceMetric.allCases.map(\.family))

    private func found(_ metrics: RunMetrics) throws -> ExpositionReader {
        metrics.refresh()
        return try ExpositionReader(registry.exposition())
    }

    private func current(_ kind: RunKind, _ metrics: RunMetrics) throws -> Double? {
        try found(metrics).samples.first { series, _ in
            series.name == "logferry_current_run_seconds" && series.labels == ["kind": kind.rawValue]
        }?.value
    }

    @Test("T97: how long an attempt lasts is shown while it lasts, and nothing of work that has no schedule here")
    func attempts() async throws {
        struct Broken: Error {}
        let metrics = RunMetrics(registry)
        #expect(try current(.consumeLogs, metrics) == nil)
        try await metrics.follow(.consumeLogs) {
            try await Task.sleep(for: .milliseconds(20))
            let first = try #require(try current(.consumeLogs, metrics))
            try await Task.sleep(for: .milliseconds(20))
            let second = try #require(try current(.consumeLogs, metrics))
            #expect(first >= 0.02 && second >= first + 0.02)
        }
        #expect(try current(.consumeLogs, metrics) == 0)
        #expect(try current(.indexLogs, metrics) == nil)
        await #expect(throws: Broken.self) { try await metrics.follow(.indexLogs) { throw Broken() } }
        #expect(try current(.indexLogs, metrics) == 0)
    }

    @Test("T97: runs that could not begin are told apart from those that another worker was at")
    func notBegun() throws {
        let metrics = RunMetrics(registry)
        metrics.skipped(.consumeLogs)
        for _ in 0..<2 { metrics.couldNotBegin(.consumeLogs) }
        let shown = try found(metrics)
        #expect(shown.value("logferry_runs_total", ["kind": "consume-logs", "state": "skipped"]) == 1)
        #expect(shown.value("logferry_runs_total", ["kind": "consume-logs", "state": "not_begun"]) == 2)
    }
}
