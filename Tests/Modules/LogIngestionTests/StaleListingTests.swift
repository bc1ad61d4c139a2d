import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

/// A source that lists what it was told and reads what there is.
private struct StaleSource: ObjectSource, AppSources {
    let base: InMemoryObjectSource
    let listed: [SourceObject]

    var id: SourceID { base.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        try await visit(ObjectPage(objects: listed))
    }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        try await base.read(object, from: offset, limit: limit)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }

    func source(of app: RegisteredApp) -> any ObjectSource { self }
}

@Suite("Listings that are older than the cursors", .timeLimit(.minutes(4)))
struct StaleListingTests {
    @Test("an object that another worker took further since it was listed is no truncated one", arguments: [0, 3])
    func olderThanTheCursor(_ later: Int) async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(5), of: app)
        let listed = try await world.object(of: app)
        await world.append(numbered(5, from: 5), of: app)
        #expect(try await world.consumer().run().records == 10)
        await world.append(numbered(later, from: 10), of: app)
        let base = InMemoryObjectSource(world.files, folder: app.id.text)
        let figures = try await world.consumer(sources: StaleSource(base: base, listed: [listed])).run()
        #expect(figures.failures == 0 && world.observer.generationsBegun == 0)
        _ = try await world.consumer().run()
        #expect(await world.lines(of: app) == numberedLines(10 + later))
        #expect(await world.cursor(of: app)?.ordinal == 1)
    }

    @Test("an object that is shorter than its cursor when it is read begins again")
    func truncated() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(9), of: app)
        _ = try await world.consumer().run()
        await world.files.truncate(World.today, in: app.id.text, to: numbered(2).utf8.count)
        let figures = try await world.consumer().run()
        #expect(figures.failures == 0 && figures.records == 2 && world.observer.generationsBegun == 1)
    }
}
