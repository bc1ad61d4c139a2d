import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

/// A folder whose reads show only the first bytes of its files for a time, while its listings are current.
private final class LaggingSource: ObjectSource, AppSources {
    private let base: InMemoryObjectSource
    private let shown = Locked<Int64>(.max)

    init(_ base: InMemoryObjectSource) { self.base = base }

    var id: SourceID { base.id }

    /// How many bytes reads show from now on.
    func show(_ count: Int64) { shown.withLock { $0 = count } }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws { try await base.list(visit) }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        let chunk = try await base.read(object, from: offset, limit: limit)
        let end = shown.withLock { $0 }
        guard chunk.size > end else { return chunk }
        return ObjectChunk(offset: offset, bytes: Array(chunk.bytes.prefix(Int(max(0, end - offset)))), size: end)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }

    func source(of app: RegisteredApp) -> any ObjectSource { self }
}

@Suite("Older states of objects", .timeLimit(.minutes(4)))
struct OlderStateTests {
    /// A world with an object of ten lines that are taken, and a consumer that compares with what is stored.
    private struct Scene {
        var world = World()
        let app: RegisteredApp
        let source: LaggingSource
        let consumer: LogConsumer

        init(_ text: String = numbered(10), waiting wait: Duration = .seconds(30)) async throws {
            world.settings.replaceAfter = wait
            app = try await world.newApp()
            source = LaggingSource(InMemoryObjectSource(world.files, folder: app.id.text))
            consumer = world.consumer(sources: source, taken: world.store)
            await world.append(text, of: app)
            #expect(try await consumer.run().failures == 0)
        }

        /// Lets time pass, by the process's clock alone.
        func pass(_ seconds: Int) { world.ticks.advance(by: .seconds(seconds)) }

        func rewrite(_ text: String) async {
            await world.files.rewrite(World.today, in: app.id.text, with: Array(text.utf8))
        }

        /// Runs once.
        /// - Returns: how many objects are doubted.
        func run() async throws -> Int {
            let figures = try await consumer.run()
            #expect(figures.failures == 0)
            #expect(figures.tally.counts[.doubted, default: 0] == figures.skips[.doubted, default: 0])
            return figures.skips[.doubted, default: 0]
        }

        var doubts: [ObjectDoubt] {
            world.observer.events.compactMap { if case .objectDoubted(_, let doubt) = $0 { doubt } else { nil } }
        }

        var lines: [String] { get async { await world.lines(of: app) } }
        var ordinal: Int? { get async { await world.cursor(of: app)?.ordinal } }
    }

    @Test(
        "T92: reads that go back for a time begin no generation, and what was appended is taken once",
        arguments: [0, 8, 31, 79])
    func readsGoBack(_ shown: Int64) async throws {
        let scene = try await Scene()
        await scene.world.append(numbered(3, from: 10), of: scene.app)
        scene.source.show(shown)
        for _ in 0..<3 {
            #expect(try await scene.run() == 1)
            scene.pass(1)
        }
        #expect(await scene.lines == numberedLines(10))
        scene.source.show(.max)
        #expect(try await scene.run() == 0)
        #expect(await scene.lines == numberedLines(13))
        #expect(await scene.ordinal == 1 && scene.world.observer.generationsBegun == 0)
        #expect(scene.doubts.map(\.shown) == [.beginning] && scene.doubts.first?.size == shown)
    }

    @Test(
        "T92: lines that are written behind a cut are not waited for without end, even if they are no whole lines yet",
        arguments: ["{\"n\":99}\n", "{\"n\":99", "~", "no JSON\n{\"n\":99}\n"])
    func writtenBehindCut(_ more: String) async throws {
        let scene = try await Scene()
        await scene.rewrite(numbered(6) + more)
        #expect(try await scene.run() == 1)
        #expect(scene.doubts.map(\.shown) == [.otherBytes])
        scene.pass(31)
        #expect(try await scene.run() == 0)
        #expect(await scene.ordinal == 2)
    }

    @Test("T92: what reads show of a past day's last line is not its end while the listing shows more")
    func sealInOlderState() async throws {
        let scene = try await Scene()
        await scene.world.append("{\"half\":", of: scene.app)
        #expect(try await scene.run() == 0)
        await scene.world.append("true}\n", of: scene.app)
        scene.source.show(Int64(numbered(10).utf8.count + 8))
        scene.world.clock.advance(by: .seconds(3 * 86_400))
        // Another process: one that sees the clock step seals nothing for a while.
        #expect(try await scene.world.consumer(sources: scene.source, taken: scene.world.store).run().failures == 0)
        #expect(await scene.lines == numberedLines(10))
        scene.source.show(.max)
        #expect(try await scene.run() == 0)
        #expect(await scene.lines == numberedLines(10) + ["{\"half\":true}"])
    }

    @Test("T92: a batch that was never taken, behind a cut where a repeated one stood, is another content")
    func batchBehindCut() async throws {
        let repeated = SdkBatch(["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"], sequence: 1)
        let fresh = SdkBatch(["{\"n\":4}"], sequence: 9)
        let scene = try await Scene("{\"n\":0}\n")
        await scene.world.append(repeated.text, to: "v-2026-11-20.ndjson", of: scene.app)
        #expect(try await scene.run() == 0)
        await scene.world.append(repeated.text, of: scene.app)
        #expect(try await scene.run() == 0)
        // The repeated batch holds no stored line, and is known all the same.
        await scene.rewrite("{\"n\":0}\n" + repeated.text.prefix(12))
        #expect(try await scene.run() == 1 && scene.doubts.map(\.shown) == [.beginning])
        await scene.rewrite("{\"n\":0}\n" + fresh.text)
        #expect(try await scene.run() == 1 && scene.doubts.map(\.shown) == [.beginning, .otherBytes])
        scene.pass(31)
        #expect(try await scene.run() == 0)
        #expect(await scene.lines.contains("{\"n\":4}"))
    }

    @Test(
        "T92: a fresh batch within the declared end of one that was cut off is another content, though the end never comes",
        arguments: ["", "{\"n\":5}\n"])
    func batchWithinCutOne(_ behind: String) async throws {
        let repeated = SdkBatch((10..<40).map { "{\"n\":\($0)}" }, sequence: 1)
        let fresh = SdkBatch(["{\"n\":4}"], sequence: 9)
        let scene = try await Scene("{\"n\":0}\n")
        await scene.world.append(repeated.text, to: "v-2026-11-20.ndjson", of: scene.app)
        #expect(try await scene.run() == 0)
        await scene.world.append(repeated.text + behind, of: scene.app)
        #expect(try await scene.run() == 0)
        let start = "{\"n\":0}\n" + repeated.text.split(separator: "\n")[0] + "\n{\"n"
        await scene.rewrite(start + fresh.text)
        #expect(try await scene.run() == 1)
        #expect(scene.doubts.map(\.shown) == [.otherBytes])
        scene.pass(31)
        #expect(try await scene.run() == 0)
        #expect(await scene.ordinal == 2)
        // Its line is taken when the end of the one that was cut off cannot come any more.
        scene.world.clock.advance(by: .seconds(3 * 86_400))
        _ = try await scene.world.consumer(sources: scene.source, taken: scene.world.store).run()
        #expect(await scene.lines.contains("{\"n\":4}"))
    }

    @Test("T92: each beginning of what was taken is known for one, wherever it ends")
    func eachBeginning() async throws {
        let repeated = SdkBatch(["{\"n\":1}", "{\"n\":2}"], sequence: 1)
        let scene = try await Scene("{\"n\":0}\n")
        await scene.world.append(repeated.text, to: "v-2026-11-20.ndjson", of: scene.app)
        let torn = SdkBatch((10..<30).map { "{\"n\":\($0)}" }, sequence: 2).text.prefix(120)
        let inner = SdkBatch(["{\"n\":3,\"text\":\"a line\"}", "{\"n\":4}"], sequence: 3).text
        let more =
            repeated.text + "no JSON\n{\"n\":5} \r\n" + torn + inner + "{\"n\":6}\n" + repeated.text
            + numbered(30, from: 50)
        #expect(try await scene.run() == 0)
        await scene.world.append(more, of: scene.app)
        #expect(try await scene.run() == 0)
        let taken = await scene.lines
        #expect(taken.contains("{\"n\":4}") && taken.contains("{\"n\":79}"))
        await scene.world.append(numbered(3, from: 90), of: scene.app)
        for count in (0..<(8 + more.utf8.count)).reversed() {
            scene.source.show(Int64(count))
            #expect(try await scene.run() == 1)
            #expect(
                scene.doubts.last?.shown == .beginning && scene.doubts.last?.size ?? 0 >= Int64(count), "\(count) bytes"
            )
        }
        #expect(scene.doubts.allSatisfy { $0.shown == .beginning })
        #expect(await scene.ordinal == 1)
    }

    @Test("T92: blanks that were taken belong to a beginning of what was taken", arguments: ["\n", "\n ", "\n \n"])
    func blanksInBeginning(_ blanks: String) async throws {
        let scene = try await Scene("{\"n\":0}\n \n\n{\"n\":1}\n")
        await scene.rewrite("{\"n\":0}" + blanks)
        for _ in 0..<4 {
            #expect(try await scene.run() == 1)
            scene.pass(31)
        }
        #expect(await scene.ordinal == 1)
    }

    @Test("T92: a beginning of what was taken is waited for without limit, and said once more when it lasts")
    func beginningLasts() async throws {
        let scene = try await Scene()
        await scene.rewrite(numbered(6))
        for _ in 0..<40 {
            #expect(try await scene.run() == 1)
            scene.pass(10)
        }
        #expect(await scene.ordinal == 1)
        #expect(scene.doubts.map(\.isLasting) == [false, true])
        #expect(scene.doubts.allSatisfy { $0.shown == .beginning && $0.wait == nil })
        // It is looked at once in the waiting time then, not at each visit.
        let reads = await scene.world.files.reads.count
        for _ in 0..<5 { #expect(try await scene.run() == 1) }
        #expect(await scene.world.files.reads.count - reads <= 2)
        scene.pass(30)
        await scene.rewrite(numbered(12))
        #expect(try await scene.run() == 0)
        #expect(await scene.lines == numberedLines(12))
    }

    @Test(
        "T92: other bytes begin a generation when they are still shown after the wait",
        arguments: [
            numbered(4, from: 50), numbered(30, from: 50), numbered(6) + "{\"other\":1}\n", numbered(6) + "{\"oth",
        ])
    func otherBytes(_ text: String) async throws {
        let scene = try await Scene()
        await scene.rewrite(text)
        for second in [0, 10, 10, 9] {
            scene.pass(second)
            #expect(try await scene.run() == 1)
            #expect(await scene.ordinal == 1)
        }
        #expect(await scene.lines == numberedLines(10), "nothing is taken meanwhile")
        #expect(scene.doubts.map(\.shown) == [.otherBytes] && scene.doubts.first?.wait == .seconds(30))
        scene.pass(1)
        #expect(try await scene.run() == 0)
        #expect(await scene.ordinal == 2 && scene.world.observer.generationsBegun == 1)
        let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        #expect(await scene.lines == numberedLines(10) + whole)
    }

    @Test("T92: an object that is cut to nothing and grows anew is another content from its first line on")
    func growsAnew() async throws {
        let scene = try await Scene()
        await scene.rewrite("")
        #expect(try await scene.run() == 1)
        scene.pass(100)
        #expect(try await scene.run() == 1)
        #expect(await scene.ordinal == 1, "nothing tells an empty state from a beginning")
        scene.pass(30)
        await scene.world.append("{\"new\":1}\n", of: scene.app)
        #expect(try await scene.run() == 1)
        scene.pass(29)
        #expect(try await scene.run() == 1)
        scene.pass(1)
        #expect(try await scene.run() == 0)
        #expect(await scene.lines == numberedLines(10) + ["{\"new\":1}"])
        #expect(scene.doubts.map(\.shown) == [.beginning, .beginning, .otherBytes])
    }

    @Test("T92: the wait begins anew when the object showed what was taken in between, or the cursor moved")
    func seenInBetween() async throws {
        let scene = try await Scene()
        let other = numbered(10, from: 50)
        await scene.rewrite(other)
        #expect(try await scene.run() == 1)
        scene.pass(29)
        await scene.rewrite(numbered(10))
        #expect(try await scene.run() == 0)
        await scene.rewrite(other)
        scene.pass(2)
        #expect(try await scene.run() == 1)
        scene.pass(29)
        // Another worker sees the object as it was taken, and takes what was appended.
        await scene.rewrite(numbered(11))
        let another = scene.world.consumer(sources: scene.source, taken: scene.world.store)
        #expect(try await another.run().records == 1)
        await scene.rewrite(other)
        scene.pass(2)
        #expect(try await scene.run() == 1)
        #expect(await scene.ordinal == 1)
        scene.pass(30)
        #expect(try await scene.run() == 0)
        #expect(await scene.ordinal == 2)
    }

    @Test("T92: no time of day begins a generation early or never: a clock that steps or stands still changes nothing")
    func clocks() async throws {
        let scene = try await Scene()
        await scene.rewrite(numbered(10, from: 50))
        #expect(try await scene.run() == 1)
        scene.world.clock.advance(by: .seconds(86_400))
        #expect(try await scene.run() == 1)
        scene.world.clock.advance(by: .seconds(-7 * 86_400))
        #expect(try await scene.run() == 1)
        scene.pass(30)
        #expect(try await scene.run() == 0)
        #expect(await scene.ordinal == 2)
    }

    @Test("T92: a worker that ends forgets the finding, so that the next one waits anew")
    func restart() async throws {
        let scene = try await Scene()
        await scene.rewrite(numbered(10, from: 50))
        #expect(try await scene.run() == 1)
        scene.pass(60)
        let next = scene.world.consumer(sources: scene.source, taken: scene.world.store)
        #expect(try await next.run().skips[.doubted] == 1)
        scene.pass(30)
        #expect(try await next.run().records == 10)
        #expect(await scene.ordinal == 2)
    }

    @Test("T92: an object of another identity is another one at once, and others go on while one is waited for")
    func certain() async throws {
        let scene = try await Scene()
        let (world, folder) = (scene.world, scene.app.id.text)
        await scene.rewrite(numbered(2))
        await world.append(numbered(2, from: 70), to: "v-2026-11-20.ndjson", of: scene.app)
        #expect(try await scene.run() == 1)
        #expect(await scene.lines.count == 12)
        await world.files.replace(World.today, in: folder, with: Array(numbered(2).utf8))
        #expect(try await scene.run() == 0)
        #expect(await world.cursor(of: scene.app)?.reason == .replaced)
    }

    @Test("T92: a cut within a turn is a finding like any other")
    func withinTurn() async throws {
        let scene = try await Scene(numbered(1))
        await scene.world.append(numbered(60, from: 1), of: scene.app)
        let text = Array(numbered(61).utf8)
        await scene.world.files.change(World.today, afterReads: [{ _ in }, { _ in }, { $0 = Array(text.prefix(40)) }])
        #expect(try await scene.run() == 1)
        await scene.rewrite(numbered(61))
        #expect(try await scene.run() == 0)
        #expect(await scene.lines == numberedLines(61))
        #expect(await scene.ordinal == 1)
    }

    @Test("T92: what retention has removed, or what was refused, is no proof of other bytes")
    func littleToCompare() async throws {
        let text = "no JSON\n" + numbered(5)
        let scene = try await Scene(text)
        await scene.rewrite(String(text.prefix(24)))
        #expect(try await scene.run() == 1)
        scene.pass(60)
        #expect(try await scene.run() == 1)
        #expect(scene.doubts.allSatisfy { $0.shown == .beginning })
        // A line where a refused one was is another content.
        scene.pass(30)
        await scene.rewrite("{\"a\":1}\n" + numbered(1))
        #expect(try await scene.run() == 1)
        #expect(scene.doubts.last?.shown == .otherBytes)
    }

    @Test("T92: two generations hold the same lines when one content was taken twice, and not when they share a banner")
    func sameLines() async throws {
        var world = World()
        world.settings.replaceAfter = .zero
        let app = try await world.newApp()
        await world.append(numbered(10), of: app)
        _ = try await world.consumer().run()
        let first = try #require(await world.cursor(of: app))
        // Without the stored lines an older state counts as another content at once.
        await world.files.rewrite(World.today, in: app.id.text, with: Array(numbered(7).utf8))
        _ = try await world.consumer().run()
        let second = try #require(await world.cursor(of: app))
        await world.files.rewrite(World.today, in: app.id.text, with: Array((numbered(1) + numbered(9, from: 20)).utf8))
        _ = try await world.consumer().run()
        let third = try #require(await world.cursor(of: app))
        let compare = SameLines(in: world.store)
        #expect(try await compare.count(of: first, and: second) == 7)
        #expect(try await compare.count(of: first, and: third) == 0)
        #expect(try await compare.count(of: second, and: third) == 0)
    }
}
