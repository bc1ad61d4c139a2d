import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Looks behind the end of objects that show no damage", .timeLimit(.minutes(6)))
struct HiddenLookTests {
    @Test("T76: lines that an append cut at a line's end hides are found, in the run that takes the others")
    func cutAtALineEnd() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        await world.files.hide(Array(numbered(2, from: 3).utf8), behind: World.today, in: app.id.text)
        let figures = try await world.runThroughLooks(world.consumer())
        #expect(figures.records == 5 && figures.rejects == 0 && figures.failures == 0)
        #expect(await world.lines(of: app) == numberedLines(5))
        #expect(world.observer.hiddenBytes == [16])
        #expect(await world.cursor(of: app)?.progress.hiddenSeen == 16)
        #expect(try await world.consumer().run().objects == 0)
    }

    @Test("T76: bytes that were hidden after the last growth was taken are found by another process")
    func hiddenLater() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        #expect(try await world.consumer().run().records == 3)
        await world.files.hide(Array(numbered(2, from: 3).utf8), behind: World.today, in: app.id.text)
        #expect(try await world.runThroughLooks(world.consumer()).records == 2)
        #expect(await world.lines(of: app) == numberedLines(5))
    }

    @Test("T76: bytes that change between two looks are those of an append under way, and are left alone")
    func underWay() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        await world.files.hide(Array("{\"n\":3".utf8), behind: World.today, in: app.id.text)
        let figures = try await world.runThroughLooks(world.consumer()) {
            await world.files.hide(Array(numbered(1, from: 3).utf8), behind: World.today, in: app.id.text)
        }
        #expect(figures.records == 3 && world.observer.hiddenBytes.isEmpty)
        #expect(await world.cursor(of: app)?.progress.hiddenSeen == 0)
    }

    @Test("T76: an object is looked at when it has grown, once an hour at most, and not when it did not grow")
    func onceAnHour() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        let sources = CountedSources(world.files)
        let consumer = world.consumer(sources: sources)
        for _ in 0..<3 { _ = try await consumer.run() }
        #expect(sources.looks.value == 1)
        world.clock.advance(by: .seconds(60))
        await world.append(numbered(1, from: 3), of: app)
        #expect(try await consumer.run().records == 1)
        #expect(sources.looks.value == 1)
        world.clock.advance(by: .seconds(3600))
        for _ in 0..<3 { #expect(try await consumer.run().objects == 0) }
        #expect(sources.looks.value == 2, "what grew behind the last look is looked at, though it grows no more")
        world.clock.advance(by: .seconds(7200))
        _ = try await consumer.run()
        #expect(sources.looks.value == 2)
    }

    @Test("T76: lines that are there do not wait for the looks behind objects that have nothing to bring")
    func linesFirst() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        #expect(try await world.consumer().run().records == 3)
        await world.files.hide(Array(numbered(1, from: 3).utf8), behind: World.today, in: app.id.text)
        await world.append(numbered(2), to: "z-2026-11-20.ndjson", of: app)
        // Another process, which has looked at nothing yet.
        _ = try await world.runThroughLooks(world.consumer()) {
            #expect(await world.lines(of: app).count == 5, "both lines are there while it is looked behind the other")
        }
        #expect(await world.lines(of: app).count == 6)
    }

    @Test("T76: a run looks at a hundred objects at most, and the next ones at the others")
    func boundOfARun() async throws {
        let world = World()
        let app = try await world.newApp()
        for writer in 0..<120 { await world.append(numbered(1), to: "w\(writer)-2026-11-20.ndjson", of: app) }
        let sources = CountedSources(world.files)
        let consumer = world.consumer(sources: sources)
        #expect(try await consumer.run().records == 120)
        #expect(sources.looks.value == 100)
        for _ in 0..<3 { _ = try await consumer.run() }
        #expect(sources.looks.value == 120)
    }
}

/// Sources that count the looks behind the end of their objects.
private struct CountedSources: AppSources {
    let files: InMemoryFileStore
    let looks = Looks()

    init(_ files: InMemoryFileStore) { self.files = files }

    func source(of app: RegisteredApp) -> any ObjectSource {
        CountedSource(base: InMemoryObjectSource(files, folder: app.id.text), looks: looks)
    }
}

/// A number that is counted up.
private final class Looks: Sendable {
    private let count = Locked(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}

private struct CountedSource: ObjectSource {
    let base: InMemoryObjectSource
    let looks: Looks

    var id: SourceID { base.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws { try await base.list(visit) }

    func read(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk {
        try await base.read(object, from: offset, limit: limit)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 {
        looks.add()
        return try await base.hiddenBytes(of: object)
    }
}
