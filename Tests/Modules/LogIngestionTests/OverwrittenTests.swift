import AppRegistry
import InMemoryAdapter
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

    @Test("bytes that a place hides behind the end of a damaged object are reported", arguments: [true, false])
    func hiddenTail(_ isDamaged: Bool) async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3) + (isDamaged ? "{\"n\":{\"n\":4}\n" : ""), of: app)
        await world.files.hide(17, of: World.today)
        #expect(try await world.consumer().run().records == 3)
        // It may cost a whole read: nobody is asked about an object that shows no damage, or twice about the same.
        #expect(world.observer.hiddenBytes == (isDamaged ? [17] : []))
        await world.append(numbered(1, from: 9), of: app)
        #expect(try await world.consumer().run().records == 1)
        #expect(world.observer.hiddenBytes == (isDamaged ? [17] : []))
    }
}
