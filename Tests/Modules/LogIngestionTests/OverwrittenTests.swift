import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Objects that are written over while they are read, and appends that broke", .timeLimit(.minutes(6)))
struct OverwrittenTests {
    /// As long as `numbered(800)`, line by line, with other content.
    private static let other = Array(numbered(800).replacing("n", with: "m").utf8)

    @Test(
        "content put in the place of an object's in the middle of a turn is never mixed with what was read",
        arguments: 1...6)
    func betweenReads(_ reads: Int) async throws {
        var world = World()
        world.settings.chunkBytes = 1024
        let app = try await world.newApp()
        await world.append(numbered(800), of: app)
        let pause: [@Sendable (inout [UInt8]) -> Void] = Array(repeating: { _ in }, count: reads)
        await world.files.change(World.today, afterReads: pause + [{ $0 = OverwrittenTests.other }])
        #expect(try await world.consumer().run().failures == 0)
        #expect(world.observer.generationsBegun == 1)
        let lines = await world.lines(of: app)
        let old = lines.filter { $0.contains("n") }
        #expect(old == numberedLines(old.count) && old.count < 800 && old.count >= 90 * (reads - 1))
        #expect(lines.filter { $0.contains("m") } == numberedLines(800).map { $0.replacing("n", with: "m") })
        #expect(await world.cursor(of: app)?.ordinal == 2)
    }

    @Test("an object that is cut in the middle of a turn begins again, also when it has grown again by then")
    func cutBetweenReads() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(60), of: app)
        await world.files.change(World.today, afterReads: [{ _ in }, { $0 = Array(numbered(2, from: 90).utf8) }])
        _ = try await world.consumer().run()
        #expect(world.observer.generationsBegun == 1)
        #expect(await world.lines(of: app).suffix(2) == numberedLines(2, from: 90))
        _ = try await world.consumer().run()
        await world.append(numbered(3, from: 92), of: app)
        _ = try await world.consumer().run()
        #expect(await world.lines(of: app).suffix(5) == numberedLines(5, from: 90))
        #expect(world.observer.generationsBegun == 1)
    }

    @Test("an object that grows while it is read stays the one it is")
    func grows() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(60), of: app)
        let grow: @Sendable (inout [UInt8]) -> Void = { $0 += Array("{\"late\":1}\n".utf8) }
        await world.files.change(World.today, afterReads: Array(repeating: grow, count: 5))
        _ = try await world.consumer().run()
        #expect(await world.lines(of: app) == numberedLines(60) + Array(repeating: "{\"late\":1}", count: 5))
        #expect(world.observer.generationsBegun == 0)
    }

    @Test(
        "T76: lines that a place hides behind the end of a damaged object are read at once, and it is asked once")
    func hiddenTail() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3) + "{\"n\":{\"n\":4}\n{\"n\":", of: app)
        let tail = "5}\n{\"n\":6}\n"
        await world.files.hide(Array(tail.utf8), behind: World.today, in: app.id.text)
        let consumer = world.consumer()
        let figures = try await consumer.run()
        #expect(figures.records == 5 && figures.failures == 0)
        // It may cost a whole read, so nobody is asked twice about the same.
        #expect(world.observer.hiddenBytes == [11])
        let idle = await world.files.reads.count
        #expect(try await consumer.run().objects == 0)
        #expect(await world.files.reads.count == idle, "an object that is taken to its end is not read again")
        // What is appended later lies behind the hidden bytes, and pushes as many of its own behind the end.
        let kept = try #require(await world.files.bytes(of: World.today, in: app.id.text))
        let all = kept + Array(tail.utf8) + Array(numbered(2, from: 7).utf8)
        await world.files.rewrite(World.today, in: app.id.text, with: Array(all.dropLast(tail.utf8.count)))
        await world.files.hide(Array(all.suffix(tail.utf8.count)), behind: World.today, in: app.id.text)
        #expect(try await consumer.run().records == 2)
        #expect(await world.lines(of: app) == numberedLines(3) + numberedLines(4, from: 5))
        #expect(world.observer.generationsBegun == 0 && world.observer.hiddenBytes == [11])
        let cursor = try #require(await world.cursor(of: app))
        #expect(cursor.progress.position == Int64(all.count) && cursor.progress.hiddenSeen == 11)
        let verdict = try await Verifier(scanner: PortableScanner(), settings: world.settings).verify(
            cursor, against: try await world.object(of: app),
            in: InMemoryObjectSource(world.files, folder: app.id.text))
        #expect(verdict == .equal)
        // A whole upload in its place shows all of its bytes, and is another generation.
        await world.files.rewrite(World.today, in: app.id.text, with: Array("{\"new\":1}\n".utf8))
        await world.files.hide([], behind: World.today, in: app.id.text)
        _ = try await consumer.run()
        #expect(await world.lines(of: app).last == "{\"new\":1}" && world.observer.generationsBegun == 1)
        #expect(await world.cursor(of: app)?.progress.hiddenSeen == 0)
    }

    @Test("T22: other bytes of the same number are seen at the next visit, and nothing is read without a change")
    func sameLength() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(9), of: app)
        let consumer = world.consumer()
        _ = try await consumer.run()
        let other = numbered(9).replacing("n", with: "m")
        await world.files.rewrite(World.today, in: app.id.text, with: Array(other.utf8))
        #expect(try await consumer.run().records == 9)
        #expect(await world.lines(of: app).suffix(9) == numberedLines(9).map { $0.replacing("n", with: "m") })
        #expect(world.observer.generationsBegun == 1)
        #expect(await world.cursor(of: app)?.reason == .rewritten)
        let reads = await world.files.reads.count
        for _ in 0..<3 { _ = try await consumer.run() }
        #expect(await world.files.reads.count == reads)
    }

    @Test("T22: a change that leaves the bytes as they are costs one look and begins nothing")
    func touched() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(9) + "{\"open\":", of: app)
        let consumer = world.consumer()
        _ = try await consumer.run()
        let bytes = try #require(await world.files.bytes(of: World.today, in: app.id.text))
        await world.files.rewrite(World.today, in: app.id.text, with: bytes)
        let reads = await world.files.reads.count
        for _ in 0..<3 { _ = try await consumer.run() }
        #expect(await world.files.reads.count == reads + 1 && world.observer.generationsBegun == 0)
        #expect(await world.lines(of: app).count == 9)
    }

    @Test("T79: a replaced object is reported with how far the one before was taken, and once")
    func replaced() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(9), of: app)
        _ = try await world.consumer().run()
        await world.files.replace(World.today, in: app.id.text, with: Array(numbered(2).utf8))
        await world.files.inject([.fail(SourceError(.unavailable, detail: "down"))], into: World.today)
        _ = try await world.consumer().run()
        world.outlast()
        _ = try await world.consumer().run()
        let positions = world.observer.events.compactMap { event -> Int64? in
            if case .generationBegan(_, _, let position) = event { position } else { nil }
        }
        #expect(positions == [Int64(numbered(9).utf8.count)])
    }
}
