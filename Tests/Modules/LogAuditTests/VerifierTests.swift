import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Verifier", .timeLimit(.minutes(4)))
struct VerifierTests {
    private static let text = "{\"a\":1}\r\n\nbad\n\u{0}\u{0}{\"b\":\"é\"}\n{\"c\":3}\n{\"open\":"

    private func consumed(_ text: String = VerifierTests.text) async throws -> (World, RegisteredApp, Cursor) {
        let world = World()
        let app = try await world.newApp()
        await world.append(text, of: app)
        _ = try await world.consumer().run()
        return (world, app, try #require(await world.cursor(of: app)))
    }

    private func verify(
        _ cursor: Cursor, _ world: World, _ app: RegisteredApp, listed: Bool = true, seals: Set<Int64> = [],
        chunk: Int = 7
    ) async throws -> Verifier.Verdict {
        var settings = world.settings
        settings.chunkBytes = chunk
        return try await Verifier(scanner: PortableScanner(), settings: settings).verify(
            cursor, against: listed ? try await world.object(of: app) : nil,
            in: InMemoryObjectSource(world.files, folder: app.id.text), seals: seals)
    }

    @Test("what was taken is equal, in chunks of any size, also when more has come", arguments: [1, 2, 7, 64, 4096])
    func equal(_ chunk: Int) async throws {
        let (world, app, cursor) = try await consumed()
        #expect(try await verify(cursor, world, app, chunk: chunk) == .equal)
        await world.append("1}\nmore\n", of: app)
        #expect(try await verify(cursor, world, app, chunk: chunk) == .equal)
    }

    @Test(
        "T13, T115, T116: what the first releases took and counted by their rules is equal, and other bytes differ",
        arguments: [1, 7, 4096])
    func earlierRules(_ chunk: Int) async throws {
        let text =
            "\u{FEFF}{\"a\":1}\n{\"b\":1}\u{0}\n \u{0}\n\(String(repeating: "x", count: 300))\r\n{\"c\":1}\r\n{\"open"
        var world = World()
        world.settings.maxLineBytes = 100
        let app = try await world.newApp()
        await world.append(text, of: app)
        _ = try await world.consumer().run()
        var cursor = try #require(await world.cursor(of: app))
        #expect(cursor.progress.counts.records == 3 && cursor.progress.counts.rejects == 1)
        #expect(try await verify(cursor, world, app, chunk: chunk) == .equal)
        var assembler = ObjectAssembler(
            from: CursorProgress(), overlap: [], maxLineBytes: 100, scanner: PortableScanner(),
            settings: ScanSettings(), rules: .earlier)
        cursor.progress = assembler.take(Array(text.utf8), isEnd: false, at: .sample).progress
        #expect(cursor.progress.counts.records == 2 && cursor.progress.counts.rejects == 3)
        #expect(try await verify(cursor, world, app, chunk: chunk) == .equal)
        var damaged = Array(text.utf8)
        damaged[8] ^= 1
        await world.files.rewrite(World.today, in: app.id.text, with: damaged)
        #expect(try await verify(cursor, world, app, chunk: chunk) != .equal)
    }

    @Test("a batch that was torn behind a newline and taken at a seal is equal", arguments: [1, 7, 4096])
    func tornAtSeal(_ chunk: Int) async throws {
        let batch = SdkBatch(["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"], sequence: 1)
        let world = World()
        let app = try await world.newApp()
        await world.append(batch.control + "\n{\"n\":1}\n", of: app)
        _ = try await world.consumer().run()
        world.clock.advance(by: .seconds(3 * 86_400))
        _ = try await world.consumer().run()
        let cursor = try #require(await world.cursor(of: app))
        #expect(cursor.progress.counts.rejects == 1 && cursor.progress.counts.records == 0)
        #expect(try await verify(cursor, world, app, chunk: chunk) == .equal)
    }

    @Test("a whole batch behind a torn one that was taken at a seal is equal", arguments: [1, 7, 4096])
    func wholeBehindTorn(_ chunk: Int) async throws {
        let torn = SdkBatch(["{\"n\":1}", "{\"n\":2}", "{\"n\":3}", String(repeating: "-", count: 400)], sequence: 1)
        let whole = SdkBatch(["{\"n\":4}"], sequence: 2)
        let world = World()
        let app = try await world.newApp()
        await world.append(torn.control + "\n{\"n\":1}\n{\"n" + whole.text, of: app)
        _ = try await world.consumer().run()
        world.clock.advance(by: .seconds(3 * 86_400))
        _ = try await world.consumer().run()
        let cursor = try #require(await world.cursor(of: app))
        #expect(cursor.progress.counts.rejects == 1 && cursor.progress.counts.records == 1)
        #expect(try await verify(cursor, world, app, chunk: chunk) == .equal)
    }

    @Test("one flipped bit is found at every byte before the cursor, and behind it none is looked for")
    func flipped() async throws {
        let (world, app, cursor) = try await consumed()
        let bytes = Array(Self.text.utf8)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1
            await world.files.rewrite(World.today, in: app.id.text, with: damaged)
            let verdict = try await verify(cursor, world, app)
            if index < Int(cursor.progress.position) {
                guard case .differs = verdict else {
                    Issue.record("byte \(index): \(verdict)")
                    return
                }
            } else {
                #expect(verdict == .equal)
            }
        }
    }

    @Test("an object that ends early differs, and the words say where")
    func truncated() async throws {
        let (world, app, cursor) = try await consumed()
        for size in 0..<Int(cursor.progress.position) {
            await world.files.rewrite(World.today, in: app.id.text, with: Array(Self.text.utf8.prefix(size)))
            guard case .differs(let words) = try await verify(cursor, world, app) else {
                Issue.record("size \(size)")
                return
            }
            #expect(words.contains("byte"))
        }
    }

    @Test("an object that is gone, not listed or another one is said to be gone")
    func gone() async throws {
        let (world, app, cursor) = try await consumed()
        #expect(try await verify(cursor, world, app, listed: false) == .sourceGone)
        let object = try await world.object(of: app)
        let verifier = Verifier(scanner: PortableScanner(), settings: world.settings)
        let source = InMemoryObjectSource(world.files, folder: app.id.text)
        await world.files.remove(World.today, in: app.id.text)
        #expect(try await verifier.verify(cursor, against: object, in: source) == .sourceGone)
        await world.files.replace(World.today, in: app.id.text, with: Array(Self.text.utf8))
        #expect(try await verify(cursor, world, app) == .sourceGone)
    }

    @Test("a source that cannot be read gives no verdict")
    func unreadable() async throws {
        let (world, app, cursor) = try await consumed()
        await world.files.setFailure(SourceError(.unavailable, detail: "down"), of: World.today)
        await #expect(throws: SourceError.self) { try await verify(cursor, world, app) }
    }

    @Test("counts that the bytes do not give differ")
    func wrongCounts() async throws {
        let (world, app, cursor) = try await consumed()
        var false1 = cursor
        false1.progress.counts.records += 1
        guard case .differs(let words) = try await verify(false1, world, app) else { throw Unexpected() }
        #expect(words.contains("records"))
        var false2 = cursor
        false2.progress.counts.skipBytes += 1
        false2.progress.counts.separatorBytes -= 1
        guard case .differs = try await verify(false2, world, app) else { throw Unexpected() }
    }

    private struct Unexpected: Error {}

    @Test("a sealed object is equal; one that went on behind its seal is so when the seal is told")
    func sealed() async throws {
        let (world, app, _) = try await consumed("{\"a\":1}\n{\"b\":2}")
        world.clock.advance(by: .seconds(200_000))
        _ = try await world.consumer().run()
        let sealed = try #require(await world.cursor(of: app))
        #expect(sealed.progress.position == 15 && sealed.progress.framing == LineCarry.wholeLine.state)
        #expect(try await verify(sealed, world, app) == .equal)
        await world.append("x\n{\"c\":3}\n", of: app)
        _ = try await world.consumer().run()
        let grown = try #require(await world.cursor(of: app))
        #expect(grown.progress.position == 25)
        let rejects = await world.store.rejects(of: app.id, after: nil, limit: 9)
        let seals = Set(rejects.filter { $0.reason == .continuationAfterSeal }.map(\.range.lower))
        for chunk in [1, 7, 64] {
            #expect(try await verify(grown, world, app, seals: seals, chunk: chunk) == .equal)
        }
    }
}
