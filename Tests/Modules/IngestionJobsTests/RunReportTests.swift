import IngestionJobs
import LogIngestion
import LogMaintenance
import Testing

@Suite("Reports of runs")
struct RunReportTests {
    @Test("a run of consume-logs reports every figure, and skips by the words for their reasons")
    func consumption() {
        var found = ConsumeFigures()
        found.apps = 1
        found.objects = 2
        found.bytes = 3
        found.records = 4
        found.untimed = 5
        found.rejects = 6
        found.skips = [.doubted: 7]
        found.firstError = "one file"
        let report = RunKeeper.Report(found)
        var expected = RunFigures()
        expected.apps = 1
        expected.objects = 2
        expected.bytes = 3
        expected.records = 4
        expected.untimed = 5
        expected.rejects = 6
        expected.skips = [SkipReason.doubted.rawValue: 7]
        #expect(report.figures == expected && report.firstError == "one file")
    }

    @Test("a run of index-logs reports steps that another indexer forestalled as taken over")
    func indexing() {
        var found = IndexFigures()
        found.apps = 1
        found.objects = 2
        found.records = 3
        found.bytes = 4
        #expect(RunKeeper.Report(found).figures.skips.isEmpty)
        found.refused = 5
        found.firstError = "one app"
        let report = RunKeeper.Report(found)
        #expect(report.figures.apps == 1 && report.figures.objects == 2 && report.figures.records == 3)
        #expect(report.figures.bytes == 4 && report.figures.skips == ["taken_over": 5])
        #expect(report.firstError == "one app")
    }

    @Test("a run of cleanup-logs counts cursors and files as objects, and names what waits, was missed or was left")
    func cleanup() {
        var cleaned = CleanupFigures()
        cleaned.records = 1
        cleaned.bytes = 2
        cleaned.rejects = 3
        cleaned.cursors = 10
        #expect(RunKeeper.Report(CleanupReport(cleaned: cleaned)).figures.skips.isEmpty)
        cleaned.waiting = 4
        cleaned.missed = 5
        var found = CleanupReport(cleaned: cleaned)
        found.files.removed = 20
        found.files.left = [.notSealed: 6]
        found.tombstones.cursors = 30
        found.firstError = "a rule"
        let report = RunKeeper.Report(found)
        #expect(report.figures.objects == 60 && report.figures.records == 1 && report.figures.bytes == 2)
        #expect(report.figures.rejects == 3 && report.firstError == "a rule")
        #expect(report.figures.skips == ["awaiting_follower": 4, "missed_by_follower": 5, "file_not_sealed": 6])
    }
}
