import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Rewinding", .timeLimit(.minutes(4)))
struct RewindingTests {
    private let bench = AuditBench()
    private var world: World { bench.world }

    @Test("a cursor goes back to where a line begins; to do it again changes nothing")
    func rewinds() async throws {
        let (app, cursor) = try await bench.taken(numbered(3))
        let rewinding = bench.rewinding()
        #expect(try await rewinding.rewind(cursor.generation, to: 8) == .rewound(from: 24, to: 8))
        #expect(try #require(await world.cursor(of: app)).progress.position == 8)
        #expect(try await rewinding.rewind(cursor.generation, to: 8) == .alreadyThere(at: 8))
        try await bench.consume()
        #expect(await world.lines(of: app) == numberedLines(3))
    }

    @Test("a position within a line, behind the cursor or of no generation is refused, and the words say so")
    func refused() async throws {
        let (app, cursor) = try await bench.taken(numbered(3))
        let rewinding = bench.rewinding()
        #expect(try await rewinding.rewind(cursor.generation, to: 9) == .refused("no line begins at byte 9"))
        #expect(
            try await rewinding.rewind(cursor.generation, to: 25)
                == .refused("byte 25 is not before the cursor, which is at 24"))
        #expect(
            try await rewinding.rewind(GenerationID(99), to: 0) == .refused("there is no generation 99"))
        #expect(await world.cursor(of: app) == cursor)
    }

    @Test("where a place before does as well, a position within a line leads to its beginning")
    func orBefore() async throws {
        let (app, cursor) = try await bench.taken(numbered(3))
        let rewinding = bench.rewinding()
        #expect(try await rewinding.rewind(cursor.generation, to: 15, orBefore: true) == .rewound(from: 24, to: 8))
        // It stands before the wanted place already, and is read on from there.
        #expect(try await rewinding.rewind(cursor.generation, to: 20, orBefore: true) == .alreadyThere(at: 8))
        #expect(try await rewinding.rewind(cursor.generation, to: 8, orBefore: true) == .alreadyThere(at: 8))
        await world.files.remove(World.today, in: app.id.text)
        #expect(
            try await rewinding.rewind(cursor.generation, to: 20, orBefore: true)
                == .refused("the source no longer has \(World.today)"))
    }

    @Test("an object that changed, is gone or has a later generation is refused")
    func notWhatItWas() async throws {
        let (app, cursor) = try await bench.taken(numbered(3))
        let rewinding = bench.rewinding()
        await world.files.rewrite(World.today, in: app.id.text, with: Array(numbered(3, from: 1).utf8))
        #expect(
            try await rewinding.rewind(cursor.generation, to: 8)
                == .refused("the source has changed: its bytes are not those that were taken"))
        await world.files.truncate(World.today, in: app.id.text, to: 16)
        #expect(
            try await rewinding.rewind(cursor.generation, to: 8)
                == .refused("the source has changed: it ends at byte 16"))
        await world.files.replace(World.today, in: app.id.text, with: Array(numbered(3).utf8))
        #expect(
            try await rewinding.rewind(cursor.generation, to: 8)
                == .refused("the source no longer has \(World.today)"))
        try await bench.consume()
        #expect(
            try await rewinding.rewind(cursor.generation, to: 8)
                == .refused("a later generation of \(World.today) has begun; what it replaced cannot be read"))
    }

    @Test("a cursor that moves meanwhile stays")
    func moved() async throws {
        let (_, cursor) = try await bench.taken(numbered(3))
        let rewinding = bench.rewinding(history: FixedHistory(outcome: .refused))
        #expect(
            try await rewinding.rewind(cursor.generation, to: 8)
                == .refused("the cursor moved meanwhile; try again"))
    }

    @Test("T13: what an earlier release stored at a byte order mark is not stored again behind it")
    func byteOrderMark() async throws {
        let app = try await world.newApp()
        let text = "\u{FEFF}{\"a\":1}\n{\"b\":2}\n"
        await world.append(text, of: app)
        let object = try await world.object(of: app)
        let source = world.source(of: app)
        let outcome = await world.store.claim(
            [
                ClaimRequest(
                    source: source.id, object: object.key, app: app.id, identity: object.identity, size: object.size)
            ], by: .fresh(), for: .seconds(1)
        ).first
        guard case .claimed(let claim)? = outcome else {
            Issue.record("the object is free")
            return
        }
        var assembler = ObjectAssembler(
            from: CursorProgress(), overlap: [], maxLineBytes: 100, scanner: PortableScanner(),
            settings: ScanSettings(), rules: .earlier)
        let output = assembler.take(Array(text.utf8), isEnd: false, at: .sample)
        let move = Move(generation: claim.generation, from: 0, epoch: claim.epoch, to: output.progress)
        let step = ObjectStep(
            move: move, app: app.id, records: output.records, rejects: output.rejects, receivedAt: .sample)
        #expect(try await world.store.commit([step]) == [.applied])
        try #require(await world.store.hasLine(in: ByteRange(0, 1), of: claim.generation))
        guard case .refused(let words) = try await bench.rewinding().rewind(claim.generation, to: 0) else {
            Issue.record("its first line would be doubled")
            return
        }
        #expect(words.hasPrefix("an earlier release kept its byte order mark with its first line"))
        #expect(try await bench.rewinding().rewind(claim.generation, to: 11) == .rewound(from: 19, to: 11))
    }

    @Test("a source that cannot be asked is an error, and the cursor stays")
    func unreachable() async throws {
        let (app, cursor) = try await bench.taken(numbered(3))
        let rewinding = bench.rewinding(bench.verification(hasFileStore: false))
        await #expect(throws: AuditError.noFileStore) { try await rewinding.rewind(cursor.generation, to: 0) }
        let failure = SourceError(.unavailable, detail: "503")
        await world.files.setFailure(failure, of: World.today)
        await #expect(throws: failure) { try await bench.rewinding().rewind(cursor.generation, to: 0) }
        let file = try await bench.takeFile(numbered(1), named: "x-2026-11-20.ndjson", of: "n2", for: app)
        await #expect(throws: AuditError.otherMachine) { try await bench.rewinding().rewind(file.generation, to: 0) }
        #expect(await world.cursor(of: app) == cursor)
    }
}
