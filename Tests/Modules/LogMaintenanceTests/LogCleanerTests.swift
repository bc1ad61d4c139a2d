import AppRegistry
import InMemoryAdapter
import IngestionJobs
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

@testable import LogMaintenance

@Suite("Log cleaner")
struct LogCleanerTests {
    private let bench = MaintenanceBench()

    private func cleaner(_ change: (inout CleanupSettings) -> Void = { _ in }) -> LogCleaner {
        var settings = CleanupSettings()
        settings.rest = .zero
        change(&settings)
        return LogCleaner(
            store: bench.store, runs: bench.store, settings: settings, clock: bench.clock, ticks: ContinuousClock())
    }

    private func fill(_ lines: Int, ageInDays: Int) async throws -> AppID {
        let app = try await bench.app()
        var feed = ObjectFeed(try await bench.claim("o", of: app))
        let received = bench.clock.now().advanced(by: .seconds(-86_400 * ageInDays))
        _ = try await bench.store.commit([feed.step(String(repeating: "{\"a\":1}\n", count: lines), at: received)])
        return app
    }

    @Test("C25: what is older than its retention goes once it is indexed, whatever the number of rows")
    func retention() async throws {
        let old = try await fill(1200, ageInDays: 31)
        let young = try await fill(3, ageInDays: 29)
        let waiting = try await cleaner { $0.days = 30 }.run()
        #expect(waiting.records == 0 && waiting.waiting == 1200)
        _ = try await bench.indexer().run()
        let figures = try await cleaner { $0.days = 30 }.run()
        #expect(figures.records == 1200 && figures.bytes == 8400 && figures.missed == 0)
        #expect(await bench.store.count(LogFilter(app: old)) == 0)
        #expect(await bench.store.count(LogFilter(app: young)) == 3)
        #expect(try await bench.field("a", of: old)?.count == 1200)
    }

    @Test("C25: without a retention nothing goes, save what deleted apps left")
    func deleted() async throws {
        let kept = try await fill(10, ageInDays: 4000)
        let gone = try await fill(700, ageInDays: 1)
        _ = await bench.store.deleteApp(gone, at: bench.clock.now())
        let figures = try await cleaner().run()
        #expect(figures.records == 700 && figures.cursors == 1)
        #expect(await bench.store.count(LogFilter(app: kept)) == 10)
        #expect(await bench.store.cursors(of: gone, after: nil, limit: 9).isEmpty)
    }

    @Test("C25: a follower that does not come delays retention up to its bound; then what it missed is counted")
    func patience() async throws {
        _ = try await fill(5, ageInDays: 38)
        _ = try await fill(7, ageInDays: 36)
        let figures = try await cleaner { $0.days = 30 }.run()
        #expect(figures.records == 5 && figures.missed == 5 && figures.waiting == 7)
    }

    @Test("An app's own days stand in for the general ones, shorter or longer")
    func perApp() async throws {
        let short = try await fill(2, ageInDays: 5)
        let long = try await fill(3, ageInDays: 50)
        _ = try await bench.indexer().run()
        _ = try await cleaner {
            $0.days = 30
            $0.daysOfApps = [short: 3, long: 90]
        }.run()
        #expect(await bench.store.count(LogFilter(app: short)) == 0)
        #expect(await bench.store.count(LogFilter(app: long)) == 3)
    }

    @Test("C25: runs go with the days, however many there are")
    func runs() async throws {
        let start = bench.clock.now().advanced(by: .seconds(-86_400 * 40))
        for index in 0..<1200 {
            let moment = start.advanced(by: .seconds(index))
            await bench.store.save(
                Run(
                    id: .mint(at: moment, from: FreshEntropy()), kind: .consumeLogs, startedAt: moment,
                    finishedAt: moment, state: .finished))
        }
        #expect(try await cleaner { $0.days = 30 }.run().runs == 1200)
        #expect(await bench.store.runs(kind: nil, before: nil, limit: 9).isEmpty)
    }

    @Test("Steps get shorter when they take too long, and longer again")
    func pace() {
        var pace = StepPace(target: .milliseconds(50), most: 1000)
        #expect(pace.rows == 500)
        for _ in 0..<9 { pace.note(.milliseconds(51)) }
        #expect(pace.rows == StepPace.fewest)
        pace.note(.milliseconds(30))
        #expect(pace.rows == StepPace.fewest)
        for _ in 0..<9 { pace.note(.milliseconds(10)) }
        #expect(pace.rows == 1000)
    }
}
