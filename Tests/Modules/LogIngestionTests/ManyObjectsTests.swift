import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Many objects, and a store that is away", .timeLimit(.minutes(10)))
struct ManyObjectsTests {
    @Test("small objects are committed together, and a second look at unchanged ones reads and commits nothing")
    func together() async throws {
        let world = World()
        let app = try await world.newApp()
        for index in 1...2000 {
            await world.append("{\"n\":\(index)}\n", to: "w-2026-11-20-\(index).ndjson", of: app)
        }
        let counted = CountingCommits(world.store)
        let consumer = world.consumer(commits: counted)
        let first = try await consumer.run()
        #expect(first.records == 2000 && first.failures == 0)
        // What arrives during a commit shares the next one.
        #expect(await counted.steps == 2000)
        let (reads, commits) = (await world.files.reads.count, await counted.commits)
        #expect(commits < 2000)
        let second = try await consumer.run()
        #expect(second.skips == [.unchanged: 2000] && second.objects == 0)
        #expect(await world.files.reads.count == reads)
        #expect(await counted.commits == commits)
    }

    @Test("a store that is away for a minute is asked again by and by, and everything comes when it is back")
    func storeAway() async throws {
        let world = World()
        let app = try await world.newApp()
        for index in 1...20 { await world.append(numbered(5), to: "w-2026-11-20-\(index).ndjson", of: app) }
        let away = AwayStore(world.store, clock: world.clock, until: world.clock.now().advanced(by: .seconds(60)))
        let consumer = world.consumer(commits: away)
        var records: Int64 = 0
        var tries = 0
        for _ in 0..<600 {
            let figures = try await consumer.run()
            records += figures.records
            tries += figures.objects
            if records == 100 { break }
            #expect(figures.objects + (figures.skips[.backingOff] ?? 0) + (figures.skips[.unchanged] ?? 0) == 20)
            world.clock.advance(by: .seconds(1))
        }
        #expect(records == 100)
        // Waits double: a try a second would have been hundreds of each object.
        #expect(tries <= 20 * 12)
        #expect(await world.lines(of: app).count == 100)
    }

    @Test("an object that was replaced by one of the same size and the same head is read anew")
    func sameSize() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(10), of: app)
        _ = try await world.consumer().run()
        await world.files.replace(World.today, in: app.id.text, with: Array(numbered(10).utf8))
        #expect(try await world.consumer().run().records == 10)
        let cursor = try #require(await world.cursor(of: app))
        #expect(cursor.ordinal == 2 && cursor.reason == .replaced)
    }
}

/// A commit store that counts commits and the steps in them.
private actor CountingCommits: CommitStore {
    private let store: InMemoryStore
    private(set) var commits = 0
    private(set) var steps = 0

    init(_ store: InMemoryStore) { self.store = store }

    func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        commits += 1
        self.steps += steps.count
        return try await store.commit(steps)
    }

    func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        await store.writer(writer, of: app)
    }
}

/// A commit store that cannot be reached until a moment.
private struct AwayStore: CommitStore {
    let store: InMemoryStore
    let clock: ManualWallClock
    let end: Timestamp

    init(_ store: InMemoryStore, clock: ManualWallClock, until end: Timestamp) {
        self.store = store
        self.clock = clock
        self.end = end
    }

    func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        guard clock.now() >= end else { throw StoreError(.unavailable, detail: "away") }
        return try await store.commit(steps)
    }

    func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        await store.writer(writer, of: app)
    }
}
