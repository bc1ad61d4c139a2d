import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Reconstruction of progress", .timeLimit(.minutes(6)))
struct ProgressReconstructionTests {
    private func reconstruct(
        at position: Int64, orBefore: Bool = false, of app: RegisteredApp, in world: World
    ) async throws -> ProgressReconstruction {
        let cursor = try #require(await world.cursor(of: app))
        let store = world.store
        return try await Verifier(scanner: PortableScanner(), settings: world.settings).reconstruct(
            at: position, of: cursor, orBefore: orBefore, from: try await world.object(of: app),
            in: world.source(of: app), wasTaken: { await store.hasLine(in: $0, of: cursor.generation) },
            seenAt: world.clock.now())
    }

    @Test("a cursor goes back to where lines begin and nowhere else; what is read again doubles nothing")
    func everyPosition() async throws {
        let world = World()
        let app = try await world.newApp()
        let text = "{\"a\":1}\nbad\n\n{\"b\":\"é\"}\r\n{\"c\":3}\n"
        let bytes = Array(text.utf8)
        await world.append(text, of: app)
        _ = try await world.consumer(taken: world.store).run()
        let before = try #require(await world.cursor(of: app)).progress
        let starts = Set([0] + bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 })
        for position in 0..<bytes.count {
            let found = try await reconstruct(at: Int64(position), of: app, in: world)
            guard case .at(let progress) = found else {
                #expect(found == .noBoundary && !starts.contains(position), "byte \(position)")
                continue
            }
            #expect(starts.contains(position), "byte \(position)")
            let cursor = try #require(await world.cursor(of: app))
            #expect(await world.store.rewind(cursor, to: progress, at: .sample) == .rewound)
            _ = try await world.consumer(taken: world.store).run()
            let after = try #require(await world.cursor(of: app)).progress
            #expect(after.position == before.position && after.digest == before.digest)
            #expect(after.counts == before.counts && after.lines == before.lines && after.tail == before.tail)
            #expect(await world.lines(of: app) == ["{\"a\":1}", "{\"b\":\"é\"}", "{\"c\":3}"])
            #expect(await world.store.rejects(of: app.id, after: nil, limit: 9).count == 1)
        }
        #expect(try await reconstruct(at: Int64(bytes.count), of: app, in: world) == .notBehind)
    }

    @Test("V8: a cursor that took hidden bytes goes back, behind the end that is shown too, and nothing is doubled")
    func hiddenBytes() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        await world.files.hide(Array(numbered(2, from: 3).utf8), behind: World.today, in: app.id.text)
        #expect(try await world.runThroughLooks(world.consumer(taken: world.store)).records == 5)
        let before = try #require(await world.cursor(of: app))
        for position in [32, 24, 8, 0] as [Int64] {
            guard case .at(let progress) = try await reconstruct(at: position, of: app, in: world) else {
                Issue.record("byte \(position) is a boundary")
                return
            }
            let cursor = try #require(await world.cursor(of: app))
            #expect(await world.store.rewind(cursor, to: progress, at: .sample) == .rewound)
            #expect(try await world.consumer(taken: world.store).run().failures == 0)
            #expect(await world.lines(of: app) == numberedLines(5), "byte \(position)")
            let after = try #require(await world.cursor(of: app))
            #expect(after.generation == before.generation && after.progress.position == before.progress.position)
        }
    }

    @Test(
        "V1: an object that is another content when it is read again after a rewind begins its next generation",
        arguments: [0, 8, 16] as [Int64])
    func rewrittenAfterRewind(_ position: Int64) async throws {
        for more in [numbered(5, from: 50).replacing("{\"n\"", with: "{\"m\""), "\n" + numbered(6)] {
            let world = World()
            let app = try await world.newApp()
            await world.append(numbered(5), of: app)
            _ = try await world.consumer(taken: world.store).run()
            guard case .at(let progress) = try await reconstruct(at: position, of: app, in: world) else {
                Issue.record("byte \(position) is a boundary")
                return
            }
            let cursor = try #require(await world.cursor(of: app))
            #expect(await world.store.rewind(cursor, to: progress, at: .sample) == .rewound)
            let kept = String(decoding: Array(numbered(5).utf8).prefix(Int(position)), as: UTF8.self)
            await world.files.rewrite(World.today, in: app.id.text, with: Array((kept + more).utf8))
            let consumer = world.consumer(taken: world.store)
            for _ in 0..<2 {
                #expect(try await consumer.run().failures == 0)
                world.ticks.advance(by: .seconds(31))
            }
            #expect(await world.cursor(of: app)?.ordinal == 2)
            let lines = await world.lines(of: app)
            for line in more.split(separator: "\n") { #expect(lines.contains(String(line)), "\(line)") }
        }
    }

    @Test("what an earlier release has taken is put back with its counts, not with those of today's rules")
    func earlierRules() async throws {
        let text = "{\"a\":1}\n{\"b\":1}\u{0}\n{\"c\":1}\n"
        let world = World()
        let app = try await world.newApp()
        await world.append(text, of: app)
        _ = try await world.consumer(taken: world.store).run()
        var cursor = try #require(await world.cursor(of: app))
        var assembler = ObjectAssembler(
            from: CursorProgress(), overlap: [], maxLineBytes: 100, scanner: PortableScanner(),
            settings: ScanSettings(), rules: .earlier)
        cursor.progress = assembler.take(Array(text.utf8), isEnd: false, at: .sample).progress
        #expect(cursor.progress.counts.records == 2 && cursor.progress.counts.rejects == 1)
        let verifier = Verifier(scanner: PortableScanner(), settings: world.settings)
        let found = try await verifier.reconstruct(
            at: Int64(text.utf8.count) - 8, of: cursor, from: try await world.object(of: app),
            in: world.source(of: app), seenAt: world.clock.now())
        guard case .at(let progress) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(progress.counts.records == 1 && progress.counts.rejects == 1)
    }

    @Test("batches that are read again stay records of their object, and those taken elsewhere stay repeats")
    func batches() async throws {
        let world = World()
        let app = try await world.newApp()
        let first = SdkBatch(["{\"n\":1}", "{\"n\":2}"], sequence: 1)
        let second = SdkBatch(["{\"n\":3}"], sequence: 2)
        let elsewhere = SdkBatch(["{\"n\":4}"], sequence: 3)
        await world.append(elsewhere.text, to: "a-2026-11-19.ndjson", of: app)
        _ = try await world.consumer(taken: world.store).run()
        await world.append(first.text + second.text + elsewhere.text, of: app)
        _ = try await world.consumer(taken: world.store).run()
        let before = try #require(await world.cursor(of: app)).progress
        #expect(before.counts.records == 3)
        // Not into a batch: a cursor never stands inside one.
        let inside = Int64(first.control.utf8.count + 1)
        #expect(try await reconstruct(at: inside, of: app, in: world) == .noBoundary)
        for position in [0, Int64(first.text.utf8.count)] {
            guard case .at(let progress) = try await reconstruct(at: position, of: app, in: world) else {
                Issue.record("byte \(position) is between batches")
                continue
            }
            let cursor = try #require(await world.cursor(of: app))
            #expect(await world.store.rewind(cursor, to: progress, at: .sample) == .rewound)
            _ = try await world.consumer(taken: world.store).run()
            #expect(try #require(await world.cursor(of: app)).progress.counts == before.counts)
            #expect(await world.lines(of: app).sorted() == (1...4).map { "{\"n\":\($0)}" })
        }
        await world.append(SdkBatch(["{\"n\":5}"], sequence: 4).text + second.text, of: app)
        _ = try await world.consumer(taken: world.store).run()
        #expect(await world.lines(of: app).sorted() == (1...5).map { "{\"n\":\($0)}" })
    }

    @Test("the last boundary before a position is the beginning of its line or of its batch")
    func boundaryBefore() async throws {
        let world = World()
        let app = try await world.newApp()
        let batch = SdkBatch(["{\"n\":1}", "{\"n\":2}"], sequence: 1)
        let plain = "{\"a\":1}\n\n{\"b\":2}\n"
        await world.append(plain + batch.text + plain, of: app)
        _ = try await world.consumer(taken: world.store).run()
        let end = plain.utf8.count + batch.text.utf8.count
        let starts = [0, 8, 9, plain.utf8.count, end, end + 8, end + 9]
        for position in 0..<end + plain.utf8.count {
            let found = try await reconstruct(at: Int64(position), orBefore: true, of: app, in: world)
            guard case .at(let progress) = found else {
                Issue.record("byte \(position): \(found)")
                continue
            }
            #expect(progress.position == Int64(starts.last { $0 <= position } ?? -1), "byte \(position)")
            #expect(progress.counts.totalBytes == progress.position)
        }
    }

    @Test("lines that were too long, one of them in a batch, are records when they are judged by a higher limit")
    func higherLimit() async throws {
        var world = World()
        world.settings.maxLineBytes = 20
        let app = try await world.newApp()
        let long = "{\"long\":\"\(String(repeating: "x", count: 30))\"}"
        let batch = SdkBatch(["{\"n\":1}", long, "{\"n\":2}"], sequence: 1)
        let text = "{\"a\":1}\n" + batch.text + "bad\n" + long + "\n{\"b\":2}\n"
        await world.append(text, of: app)
        _ = try await world.consumer(taken: world.store).run()
        let rejects = await world.store.rejects(of: app.id, after: nil, limit: 9)
        #expect(rejects.map(\.reason) == [.lineTooLong, .invalidJSON, .lineTooLong])
        world.settings.maxLineBytes = 100
        let start = try #require(rejects.first?.range.lower)
        guard case .at(let progress) = try await reconstruct(at: start, orBefore: true, of: app, in: world) else {
            Issue.record("the batch's beginning is a boundary")
            return
        }
        let cursor = try #require(await world.cursor(of: app))
        #expect(await world.store.rewind(cursor, to: progress, at: .sample) == .rewound)
        _ = try await world.consumer(taken: world.store).run()
        #expect(await world.lines(of: app) == ["{\"a\":1}", "{\"n\":1}", long, "{\"n\":2}", long, "{\"b\":2}"])
        #expect(await world.store.rejects(of: app.id, after: nil, limit: 9).map(\.reason) == [.invalidJSON])
        let after = try #require(await world.cursor(of: app)).progress
        #expect(after.counts.records == 6 && after.counts.rejects == 1 && after.position == Int64(text.utf8.count))
    }

    @Test("a cursor stays where it is when the source holds something else by now")
    func changedSource() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        _ = try await world.consumer(taken: world.store).run()
        var bytes = Array(numbered(3).utf8)
        bytes[bytes.count - 3] = 0x39
        await world.files.rewrite(World.today, in: app.id.text, with: bytes)
        guard case .differs = try await reconstruct(at: 0, of: app, in: world) else {
            Issue.record("a changed byte was not noticed")
            return
        }
        await world.files.replace(World.today, in: app.id.text, with: bytes)
        #expect(try await reconstruct(at: 0, of: app, in: world) == .sourceGone)
    }
}
