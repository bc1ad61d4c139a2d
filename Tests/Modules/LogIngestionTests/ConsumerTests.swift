import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Log consumer", .timeLimit(.minutes(6)))
struct ConsumerTests {
    @Test("C6: takes all there is, once, and later what has grown")
    func growth() async throws {
        let world = World()
        let app = try await world.newApp()
        let consumer = world.consumer()
        await world.append(numbered(50) + "{\"n\":", of: app)
        let first = try await consumer.run()
        #expect(first.records == 50 && first.objects == 1 && first.apps == 1 && first.failures == 0)
        #expect(await world.lines(of: app) == numberedLines(50))
        await world.append("50}\n" + numbered(30, from: 51), of: app)
        let second = try await consumer.run()
        #expect(second.records == 31 && second.rejects == 0)
        #expect(await world.lines(of: app) == numberedLines(81))
        let third = try await consumer.run()
        #expect(third.records == 0 && third.objects == 0 && third.bytes == 0 && third.apps == 1)
        #expect(first.bytes + second.bytes == Int64(numbered(81).utf8.count))
    }

    @Test("C3: growth of any bytes at a time gives every line once", arguments: [1, 2, 3, 7, 13])
    func smallGrowth(_ step: Int) async throws {
        let world = World()
        let app = try await world.newApp()
        let bytes = Array("{\"a\":\"é漢😀\"}\n\nbad\n{\"b\":2}\r\n{\"c\":3}\n".utf8)
        for start in stride(from: 0, to: bytes.count, by: step) {
            let piece = Array(bytes[start..<min(start + step, bytes.count)])
            await world.files.append(piece, to: World.today, in: app.id.text)
            _ = try await world.consumer().run()
        }
        #expect(await world.lines(of: app) == ["{\"a\":\"é漢😀\"}", "{\"b\":2}", "{\"c\":3}"])
        #expect(await world.store.rejects(of: app.id, after: nil, limit: 9).count == 1)
        #expect(await world.cursor(of: app)?.progress.position == Int64(bytes.count))
    }

    @Test("C1, C24: asks from the start, in ranges of the chunk size, and never for what it has but the overlap")
    func ranges() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(100), of: app)
        _ = try await world.consumer().run()
        let reads = await world.files.reads
        #expect(reads.first?.offset == 0 && reads.allSatisfy { $0.name == World.today })
        #expect(reads.allSatisfy { $0.limit == 64 })
        // Each range begins with the last bytes of the one before, a sixteenth of it.
        #expect(reads.map(\.offset) == (0..<Int64(reads.count)).map { $0 * 60 })
        await world.append(numbered(1, from: 100), of: app)
        _ = try await world.consumer().run()
        let size = Int64(numbered(100).utf8.count)
        #expect(await world.files.reads.dropFirst(reads.count).map(\.offset) == [max(0, size - 4096)])
    }

    @Test("C1: objects of 0 and 1 byte are no failure")
    func tinyObjects() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append("", to: "e-2026-11-20.ndjson", of: app)
        await world.append("\n", to: "n-2026-11-20.ndjson", of: app)
        await world.append("{", to: "o-2026-11-20.ndjson", of: app)
        let figures = try await world.consumer().run()
        #expect(figures.failures == 0 && figures.records == 0 && figures.objects == 2 && figures.bytes == 1)
        #expect(await world.files.reads.count == 2)
        #expect(try await world.consumer().run().objects == 0)
    }

    @Test("C7: 12 000 lines in small shares all come in one run")
    func manyLines() async throws {
        var world = World()
        world.settings.chunkBytes = 4096
        world.settings.fairShareBytes = 10_000
        let app = try await world.newApp()
        await world.append(numbered(12_000), of: app)
        #expect(try await world.consumer().run().records == 12_000)
        #expect(await world.lines(of: app) == numberedLines(12_000))
    }

    @Test("C9: 2500 objects in shuffled and repeated pages all come, each once")
    func manyObjects() async throws {
        let world = World()
        let app = try await world.newApp()
        var listing = InMemoryFileStore.Listing()
        listing.shuffleSeed = 99
        listing.repeatsPages = true
        await world.files.setListing(listing, of: app.id.text)
        for index in 1...2500 {
            await world.append("{\"n\":\(index)}\n", to: "w-2026-11-20-\(index).ndjson", of: app)
        }
        let figures = try await world.consumer().run()
        #expect(figures.records == 2500 && figures.failures == 0)
        #expect(Set(await world.lines(of: app)) == Set(numberedLines(2500, from: 1)))
    }

    @Test("C14: late data of past days, and of days to come, is taken")
    func lateData() async throws {
        let world = World()
        let app = try await world.newApp()
        for name in ["w-2026-11-18.ndjson", "w-2026-11-21.ndjson", "w-1970-01-01.ndjson", "w-9999-12-31.ndjson"] {
            await world.append(numbered(2), to: name, of: app)
        }
        #expect(try await world.consumer().run().records == 8)
        await world.append(numbered(3, from: 2), to: "w-2026-11-18.ndjson", of: app)
        #expect(try await world.consumer().run().records == 3)
    }

    @Test("C10: an object that sorts in front of others later neither hides nor repeats any")
    func newFirstObject() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(5), to: "m-2026-11-20.ndjson", of: app)
        _ = try await world.consumer().run()
        await world.append(numbered(5, from: 5), to: "a-2026-11-20.ndjson", of: app)
        await world.append(numbered(5, from: 10), to: "m-2026-11-20.ndjson", of: app)
        _ = try await world.consumer().run()
        #expect(Set(await world.lines(of: app)) == Set(numberedLines(15)))
        #expect(await world.lines(of: app).count == 15)
    }

    @Test("F3: names that are none of ours are counted and observed")
    func foreignNames() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append("x", to: "notes.txt", of: app)
        await world.append("x", to: "w-2026-99-20.ndjson", of: app)
        await world.append(numbered(1), of: app)
        let figures = try await world.consumer().run()
        #expect(figures.foreign == 2 && figures.records == 1 && figures.failures == 0)
        let observed = world.observer.events.compactMap { event in
            if case .foreignObjects(_, let count) = event { count } else { nil }
        }
        #expect(observed == [2])
    }

    @Test("C11: lines that are no objects are rejects, and the object goes on")
    func rejects() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append("{\"a\":1}\nnull\n5\n[1]\n{\"a\":2}\n", of: app)
        let figures = try await world.consumer().run()
        #expect(figures.records == 2 && figures.rejects == 3)
        #expect(await world.cursor(of: app)?.progress.position == 27)
    }

    @Test("a deleted app is not read, also when it is deleted in the middle of a run")
    func deletedApp() async throws {
        let world = World()
        let (gone, dying) = (try await world.newApp(), try await world.newApp())
        for app in [gone, dying] { await world.append(numbered(50), of: app) }
        _ = await world.store.deleteApp(gone.id, at: .sample)
        let fragile = FragileCommitStore(
            world.store,
            fates: [.precede { _ = await world.store.deleteApp(dying.id, at: .sample) }])
        let figures = try await world.consumer(commits: fragile).run()
        #expect(figures.records == 0 && figures.apps == 1)
        #expect(await world.lines(of: gone).isEmpty)
        #expect(await world.lines(of: dying).isEmpty)
    }

    @Test("C23: 101 apps and more are all visited")
    func manyApps() async throws {
        let world = World()
        var apps: [RegisteredApp] = []
        for _ in 0..<230 { apps.append(try await world.newApp()) }
        for app in apps { await world.append(numbered(1), of: app) }
        let figures = try await world.consumer().run()
        #expect(figures.apps == 230 && figures.records == 230)
    }

    @Test("an object that has more than its share lets the others go first")
    func fairShare() async throws {
        var world = World()
        world.settings.fairShareBytes = 128
        world.settings.parallelObjects = 1
        let app = try await world.newApp()
        await world.append(numbered(200), to: "a-2026-11-20.ndjson", of: app)
        await world.append(numbered(1), to: "b-2026-11-20.ndjson", of: app)
        let order = OrderedCommits(world.store)
        let figures = try await world.consumer(commits: order).run()
        #expect(figures.records == 201)
        let small = try #require(await world.cursor("b-2026-11-20.ndjson", of: app)).generation
        let generations = await order.generations
        let index = try #require(generations.firstIndex(of: small))
        #expect(index <= 4 && index < generations.count - 5)
    }

    @Test("C4: a last line without a newline is taken an hour after its day, when nothing grew meanwhile")
    func sealing() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append("{\"a\":1}\n{\"b\":2}", of: app)
        _ = try await world.consumer().run()
        #expect(await world.lines(of: app) == ["{\"a\":1}"])
        world.clock.set(to: try #require(Timestamp(rfc3339: "2026-11-21T00:59:59Z")))
        _ = try await world.consumer().run()
        #expect(await world.lines(of: app) == ["{\"a\":1}"])
        await world.append(" ", of: app)
        world.clock.advance(by: .seconds(1))
        _ = try await world.consumer().run()
        #expect(await world.lines(of: app) == ["{\"a\":1}"])
        world.clock.advance(by: .seconds(3599))
        _ = try await world.consumer().run()
        #expect(await world.lines(of: app) == ["{\"a\":1}"])
        world.clock.advance(by: .seconds(1))
        #expect(try await world.consumer().run().records == 1)
        #expect(await world.lines(of: app) == ["{\"a\":1}", "{\"b\":2} "])
        #expect(try await world.consumer().run().objects == 0)
        await world.append("oops\n{\"c\":3}\n", of: app)
        let figures = try await world.consumer().run()
        #expect(figures.records == 1 && figures.rejects == 1)
        #expect(await world.lines(of: app) == ["{\"a\":1}", "{\"b\":2} ", "{\"c\":3}"])
    }

    @Test("an object that is final is taken to its last byte at once")
    func finalObject() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append("{\"a\":1}\n{\"b\":2}", to: "w-2026-11-20-s00000001.ndjson", of: app)
        #expect(try await world.consumer().run().records == 2)
        #expect(try await world.consumer().run().objects == 0)
    }
}

/// A commit store that remembers in which order generations moved.
private actor OrderedCommits: CommitStore {
    private let store: any CommitStore
    private(set) var generations: [GenerationID] = []

    init(_ store: any CommitStore) { self.store = store }

    func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        try await store.writer(writer, of: app)
    }

    func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        generations += steps.map(\.move.generation)
        return try await store.commit(steps)
    }
}
