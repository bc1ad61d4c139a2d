import InMemoryAdapter
import IngestionJobs
import LogModel
import Logging
import Testing

@testable import Worker

@Suite("Summary of runs")
struct RunSummaryTests {
    private func run(records: Int64) -> RunKeeper.Outcome {
        let clock = ManualWallClock(at: .epoch)
        var run = Run(
            id: .mint(at: clock.now(), from: SeededEntropy(seed: 1)), kind: .consumeLogs, startedAt: clock.now())
        run.figures.records = records
        run.figures.bytes = records * 10
        run.figures.objects = records > 0 ? 1 : 0
        return .executed(run)
    }

    @Test("the first run that takes something is told at once, the next ones together ten seconds later")
    func pauses() {
        var summary = RunSummary()
        summary.add(run(records: 3))
        #expect(summary.take(at: .seconds(1))?["records"] == "3")
        var told: [Logger.Metadata] = []
        for second in 2..<30 {
            summary.add(run(records: 1))
            if let metadata = summary.take(at: .seconds(second)) { told.append(metadata) }
        }
        #expect(told.map { $0["records"] } == ["10", "10"])
        #expect(told.map { $0["bytes"] } == ["100", "100"] && told.map { $0["runs"] } == ["10", "10"])
        #expect(summary.takeAll()?["records"] == "8")
        #expect(summary.takeAll() == nil)
    }

    @Test("runs that take nothing are not worth a line; skipped ones are")
    func silence() {
        var summary = RunSummary()
        for second in 0..<60 {
            summary.add(run(records: 0))
            #expect(summary.take(at: .seconds(second)) == nil)
        }
        summary.add(.skipped)
        let told = summary.take(at: .seconds(61))
        #expect(told?["skipped"] == "1" && told?["runs"] == "60")
    }
}
