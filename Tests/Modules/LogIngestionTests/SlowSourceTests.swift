import AppRegistry
import InMemoryAdapter
import LogIngestion
import LogModel
import Synchronization
import TestSupport
import Testing

@Suite("Log consumer beside what is slow", .timeLimit(.minutes(2)))
struct SlowSourceTests {
    private static let late = SourceError(.late, detail: "no byte for ten seconds")
    private static let other = "v-2026-11-20.ndjson"

    private func world(_ change: (inout IngestionSettings) -> Void) -> World {
        var world = World()
        change(&world.settings)
        return world
    }

    /// Lets the pauses between visits pass until something is so.
    private func letTimePass(_ world: World, until isSo: @escaping @Sendable () async -> Bool) async {
        await eventually {
            world.ticks.advance(by: world.settings.revisitAfter)
            return await isSo()
        }
    }

    /// Lets one pause after the other pass until an app was visited so often.
    ///
    /// A visit that is under way has its time before the next pause: it would count as slow.
    private func letVisitsPass(_ world: World, of app: RegisteredApp, until count: Int) async {
        @Sendable func isDone() -> Bool {
            count <= world.observer.events.count { if case .sourceVisited(_, app.id, _) = $0 { true } else { false } }
        }
        await eventually {
            for _ in 0..<300 {
                if isDone() { return true }
                try? await Task.sleep(for: .milliseconds(2))
            }
            world.ticks.advance(by: world.settings.revisitAfter)
            return isDone()
        }
    }

    @Test("T75: while an object of one app hangs, the others' next lines are taken within the same run")
    func others() async throws {
        let world = world { $0.revisitAfter = .seconds(10) }
        let (slow, quick) = (try await world.newApp(), try await world.newApp())
        await world.append(numbered(3), of: slow)
        await world.append(numbered(1), to: SlowSourceTests.other, of: quick)
        await world.files.inject([.stall], into: World.today)
        let consumer = world.consumer()
        async let running = consumer.run()
        await world.files.waitForStalledReads()
        for round in 1...4 {
            await letVisitsPass(world, of: quick, until: round)
            #expect(await world.lines(of: quick).count == round)
            if round < 4 { await world.append(numbered(1, from: round), to: SlowSourceTests.other, of: quick) }
        }
        #expect(await world.lines(of: slow).isEmpty)
        await world.files.resumeReads()
        let figures = try await running
        #expect(figures.apps == 2 && figures.records == 7 && figures.failures == 0)
        #expect(await world.lines(of: slow) == numberedLines(3))
        #expect(await world.lines(of: quick) == numberedLines(4))
    }

    @Test("T75: more apps hang than are visited at the same time, and all others still have their turn")
    func manySlow() async throws {
        let world = world { $0.parallelApps = 2 }
        var slow: [RegisteredApp] = []
        for _ in 0..<6 {
            slow.append(try await world.newApp())
            await world.append(numbered(1), of: slow[slow.count - 1])
        }
        await world.files.inject(Array(repeating: .stall, count: 6), into: World.today)
        var quick: [RegisteredApp] = []
        for _ in 0..<6 {
            quick.append(try await world.newApp())
            await world.append(numbered(1), to: SlowSourceTests.other, of: quick[quick.count - 1])
        }
        async let running = world.consumer().run()
        for app in quick { await letTimePass(world) { await world.lines(of: app).count == 1 } }
        await world.files.waitForStalledReads(6)
        await world.files.resumeReads()
        #expect(try await running.records == 12)
    }

    @Test("T75: an object that was late waits for longer than it cost, and is asked for little when it is read again")
    func backOffByCost() async throws {
        let world = world {
            $0.chunkBytes = 1 << 20
            $0.turnTime = .seconds(600)
        }
        let app = try await world.newApp()
        await world.append(numbered(40_000), of: app)
        let source = LateSources(world, cost: .seconds(10))
        let consumer = world.consumer(sources: source)
        #expect(try await consumer.run().failures == 1)
        let wait = try #require(world.observer.lastWait)
        #expect((.seconds(20) ... .seconds(40)).contains(wait))
        world.clock.advance(by: wait - .milliseconds(1))
        #expect(try await consumer.run().skips[.backingOff] == 1)
        world.clock.advance(by: .milliseconds(1))
        source.mood.isLate = false
        #expect(try await consumer.run().records == 40_000)
        let limits = await world.files.reads.map(\.limit)
        #expect(limits.first == 64 << 10 && limits.contains { $0 > 300_000 })
        #expect(await world.lines(of: app) == numberedLines(40_000))
    }

    @Test("an object that fails at once, with all of its place, is tried again soon")
    func quickFailure() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(1), of: app)
        await world.files.setFailure(SourceError(.unavailable, detail: "down"), of: World.today)
        #expect(try await world.consumer().run().failures == 1)
        #expect(try #require(world.observer.lastWait) <= .seconds(1))
    }

    @Test("T75: an object whose bytes come slowly leaves the run with what has come, and goes on later")
    func slowBytes() async throws {
        let world = world { $0.turnTime = .seconds(10) }
        let app = try await world.newApp()
        await world.append(numbered(100), of: app)
        let source = LateSources(world, cost: .seconds(4), isLate: false)
        let consumer = world.consumer(sources: source)
        let first = try await consumer.run()
        #expect((1..<100).contains(first.records) && first.failures == 0)
        #expect(try await consumer.run().skips[.backingOff] == 1)
        var rounds = 0
        while await world.lines(of: app).count < 100, rounds < 100 {
            world.clock.advance(by: .seconds(20))
            _ = try await consumer.run()
            rounds += 1
        }
        #expect(await world.lines(of: app) == numberedLines(100))
    }

    @Test("T75: a long line whose bytes come slowly is taken in the end")
    func slowLongLine() async throws {
        let world = world { $0.turnTime = .seconds(10) }
        let app = try await world.newApp()
        let line = "{\"text\":\"\(String(repeating: "x", count: 2000))\"}"
        await world.append(line + "\n", of: app)
        let figures = try await world.consumer(sources: LateSources(world, cost: .seconds(4), isLate: false)).run()
        #expect(figures.records == 1)
        #expect(await world.lines(of: app) == [line])
    }

    @Test("T75: an app whose listing was late is left alone for longer than that cost, and the others are not")
    func lateListing() async throws {
        let world = World()
        let (slow, quick) = (try await world.newApp(), try await world.newApp())
        await world.append(numbered(1), of: slow)
        var listing = InMemoryFileStore.Listing()
        listing.failure = (pages: 0, error: SlowSourceTests.late)
        await world.files.setListing(listing, of: slow.id.text)
        let consumer = world.consumer(sources: LateSources(world, cost: .seconds(5), isLate: false))
        #expect(try await consumer.run().failures == 1)
        await world.append(numbered(1), of: quick)
        let second = try await consumer.run()
        #expect(second.failures == 0 && second.records == 1 && second.skips[.sourceBackingOff] == 1)
        await world.files.setListing(InMemoryFileStore.Listing(), of: slow.id.text)
        world.clock.advance(by: .seconds(20))
        #expect(try await consumer.run().records == 1)
        #expect(await world.lines(of: slow) == numberedLines(1))
    }
}

/// Sources of a world that take time for each answer.
private struct LateSources: AppSources {
    let base: InMemoryAppSources
    let ticks: ManualTicks
    let cost: Duration
    /// Whether reads come too late, or in the end.
    let mood: Mood

    final class Mood: Sendable {
        private let state: Mutex<Bool>
        init(isLate: Bool) { state = Mutex(isLate) }
        var isLate: Bool {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }

    init(_ world: World, cost: Duration, isLate: Bool = true) {
        base = InMemoryAppSources(world.files)
        ticks = world.ticks
        self.cost = cost
        mood = Mood(isLate: isLate)
    }

    func source(of app: RegisteredApp) -> any ObjectSource {
        LateSource(base: base.source(of: app), sources: self)
    }
}

private struct LateSource: ObjectSource {
    let base: any ObjectSource
    let sources: LateSources

    var id: SourceID { base.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        sources.ticks.advance(by: sources.cost)
        try await base.list(visit)
    }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        sources.ticks.advance(by: sources.cost)
        if sources.mood.isLate { throw SourceError(.late, detail: "no byte in time") }
        return try await base.read(object, from: offset, limit: limit)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }
}
