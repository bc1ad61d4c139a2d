import LogMaintenance
import TelemetryAdapter
import TestSupport
import Testing

@Suite("Metrics of index-logs and cleanup-logs")
struct MaintenanceMetricsTests {
    private let registry = PrometheusRegistry(ServiceMetric.allCases.map(\.family))

    private func found() throws -> ExpositionReader { try ExpositionReader(registry.exposition()) }

    @Test("counters add up over runs, gauges show the latest one")
    func figures() throws {
        let metrics = MaintenanceMetrics(registry)
        #expect(try found().value("logferry_cleanup_waiting_records") == 0)
        #expect(try found().value("logferry_cleanup_files_left", ["reason": "file_changed"]) == 0)
        var indexed = IndexFigures()
        (indexed.records, indexed.bytes, indexed.refused) = (3, 40, 1)
        var cleaned = CleanupFigures()
        (cleaned.records, cleaned.bytes, cleaned.rejects, cleaned.cursors) = (5, 60, 7, 1)
        (cleaned.runs, cleaned.waiting, cleaned.missed) = (2, 9, 4)
        var files = SourceFigures()
        (files.removed, files.bytes, files.left) = (6, 600, [.changed: 2])
        var tombstones = TombstoneFigures()
        tombstones.cursors = 10
        for _ in 0..<2 {
            metrics.note(indexed)
            metrics.note(cleaned)
            metrics.note(files)
            metrics.note(tombstones)
        }
        let sums = try found()
        #expect(sums.value("logferry_index_records_total") == 6)
        #expect(sums.value("logferry_index_bytes_total") == 80)
        #expect(sums.value("logferry_index_refused_steps_total") == 2)
        let removed = ["record": 10, "reject": 14, "run": 4, "cursor": 22, "file": 12]
        for (kind, count) in removed {
            #expect(sums.value("logferry_cleanup_removed_total", ["kind": kind]) == Double(count), "\(kind)")
        }
        #expect(sums.value("logferry_cleanup_removed_bytes_total", ["kind": "record"]) == 120)
        #expect(sums.value("logferry_cleanup_removed_bytes_total", ["kind": "file"]) == 1200)
        #expect(sums.value("logferry_cleanup_missed_records_total") == 8)
        #expect(sums.value("logferry_cleanup_waiting_records") == 9)
        #expect(sums.value("logferry_cleanup_files_left", ["reason": "file_changed"]) == 2)
        metrics.note(SourceFigures())
        #expect(try found().value("logferry_cleanup_files_left", ["reason": "file_changed"]) == 0)
    }
}
