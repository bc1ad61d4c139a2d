import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Verification", .timeLimit(.minutes(4)))
struct VerificationTests {
    private let bench = AuditBench()
    private var world: World { bench.world }

    @Test("what was taken is equal, of all apps or of one")
    func equal() async throws {
        let (one, _) = try await bench.taken(numbered(3))
        _ = try await bench.taken(numbered(4))
        #expect(try await bench.findings() == [.equal, .equal])
        #expect(try await bench.findings(of: one) == [.equal])
    }

    @Test("more generations than a page has are verified, each once")
    func pages() async throws {
        let app = try await world.newApp()
        for index in 1...201 { await world.append("{\"a\":1}\n", to: "w-2026-11-20-\(index).ndjson", of: app) }
        try await bench.consume()
        #expect(try await bench.findings().count == 201)
    }

    @Test("bytes that no run has read are behind; those of a last line that was read are unfinished")
    func behind() async throws {
        let (app, _) = try await bench.taken("{\"a\":1}\n{\"half\":")
        #expect(try await bench.findings() == [.behind(8, isUnfinished: true)])
        await world.append("1}\n{\"b\":2}\n", of: app)
        #expect(try await bench.findings() == [.behind(19, isUnfinished: false)])
    }

    @Test("bytes behind the end that a source shows are hidden, unless they belong to an append under way")
    func hidden() async throws {
        let (app, _) = try await bench.taken(numbered(3))
        await world.files.hide(Array("{\"n\":3}\n".utf8), behind: World.today, in: app.id.text)
        async let still = bench.findings()
        await world.ticks.waitForSleepers(1)
        world.ticks.advance(by: .seconds(2))
        #expect(try await still == [.hidden(8)])
        async let growing = bench.findings()
        await world.ticks.waitForSleepers(1)
        await world.files.hide(Array(numbered(2).utf8), behind: World.today, in: app.id.text)
        world.ticks.advance(by: .seconds(2))
        #expect(try await growing == [.equal])
    }

    @Test("other bytes differ, and so does a store that holds fewer records than were taken")
    func differs() async throws {
        let (app, _) = try await bench.taken(numbered(3))
        let lossy = bench.verification(records: MeddledRecords(base: world.store, lost: 1))
        #expect(
            try await bench.findings(lossy) == [.differs("the store holds 2 of its records; 3 were taken")])
        await world.files.rewrite(World.today, in: app.id.text, with: Array(numbered(3, from: 1).utf8))
        guard case .differs = try await bench.findings().first else { throw Unexpected() }
    }

    private struct Unexpected: Error {}

    @Test("V3: records behind a cursor that was put back are not missed, and not counted before they are read again")
    func rewound() async throws {
        let (_, cursor) = try await bench.taken(numbered(3))
        await bench.putBack(cursor)
        #expect(try await bench.findings() == [.behind(24, isUnfinished: false)])
        try await bench.consume()
        #expect(try await bench.findings() == [.equal])
    }

    @Test("an object that the source no longer has is gone: removed, replaced, an earlier generation, of a deleted app")
    func gone() async throws {
        let (removed, _) = try await bench.taken(numbered(1))
        let (replaced, _) = try await bench.taken(numbered(2))
        let (deleted, _) = try await bench.taken(numbered(3))
        await world.files.remove(World.today, in: removed.id.text)
        await world.files.replace(World.today, in: replaced.id.text, with: Array(numbered(2).utf8))
        try await bench.apps.delete(deleted.id)
        #expect(try await bench.findings() == [.sourceGone, .sourceGone, .sourceGone])
        try await bench.consume()
        // The replaced file has a second generation now, which is equal.
        #expect(try await bench.findings() == [.sourceGone, .sourceGone, .sourceGone, .equal])
    }

    @Test("V9: a source that cannot be asked leaves the cursors of others alone")
    func unreachable() async throws {
        let (broken, _) = try await bench.taken(numbered(1))
        _ = try await bench.taken(numbered(2))
        var listing = InMemoryFileStore.Listing()
        listing.failure = (0, SourceError(.unavailable, detail: "503"))
        await world.files.setListing(listing, of: broken.id.text)
        #expect(try await bench.findings() == [.unreachable("unavailable: 503"), .equal])
    }

    @Test("without a file store, and when another one is configured, the words say so")
    func notConfigured() async throws {
        let (app, cursor) = try await bench.taken(numbered(1))
        #expect(
            try await bench.findings(bench.verification(hasFileStore: false))
                == [.unreachable("no file store is configured")])
        let renamed = bench.verification(folders: RenamedSources(files: world.files))
        #expect(
            try await bench.findings(renamed, of: app)
                == [.unreachable("the source \(cursor.source) is not the one that is configured now")])
    }

    @Test("a file of this machine is looked up, one of another machine cannot be, and neither needs a file store")
    func localFiles() async throws {
        let app = try await world.newApp()
        _ = try await bench.takeFile(numbered(2), for: app)
        _ = try await bench.takeFile(numbered(3), named: "x-2026-11-20.ndjson", of: "n2", for: app)
        let verification = bench.verification(hasFileStore: false)
        #expect(try await bench.findings(verification) == [.equal, .unreachable("the file lies on another machine")])
        await world.files.remove(World.today, in: AuditBench.disk)
        #expect(try await bench.findings(verification).first == .sourceGone)
    }

    @Test("a source is listed once, however many cursors it has")
    func listedOnce() async throws {
        let app = try await world.newApp()
        for index in 1...5 { await world.append("{\"a\":1}\n", to: "w-2026-11-20-\(index).ndjson", of: app) }
        try await bench.consume()
        let counted = CountedSources(base: InMemoryAppSources(world.files))
        #expect(try await bench.findings(bench.verification(folders: counted)).count == 5)
        #expect(counted.listings.withLock { $0 } == 1)
    }

    @Test("a store that cannot be read ends the verification, which needs it")
    func storeAway() async throws {
        _ = try await bench.taken(numbered(1))
        let failure = StoreError(.unavailable, detail: "the store is away")
        let verification = bench.verification(records: MeddledRecords(base: world.store, failure: failure))
        let thrown = await #expect(throws: StoreError.self) { try await bench.findings(verification) }
        #expect(thrown?.detail == failure.detail)
    }

    @Test("batches that were taken from another file are repeats here; what went on behind a seal is equal")
    func batchesAndSeals() async throws {
        let batch = SdkBatch(["{\"n\":1}", "{\"n\":2}"], sequence: 1)
        let app = try await world.newApp()
        await world.append(batch.text, to: "a-2026-11-19.ndjson", of: app)
        try await bench.consume()
        await world.append(batch.text + "{\"a\":1}\n{\"b\":2}", of: app)
        try await bench.consume()
        world.clock.advance(by: .seconds(200_000))
        try await bench.consume()
        await world.append("x\n{\"c\":3}\n", of: app)
        try await bench.consume()
        let rejects = await world.store.rejects(of: app.id, after: nil, limit: 9)
        #expect(rejects.contains { $0.reason == .continuationAfterSeal })
        #expect(try await bench.findings() == [.equal, .equal])
    }

    @Test("progress adds up to the bytes that were taken")
    func progress() async throws {
        _ = try await bench.taken(numbered(30))
        let read = Locked<Int64>(0)
        let count: @Sendable (Cursor, Int64) -> Void = { _, bytes in read.withLock { $0 += bytes } }
        try await bench.verification().run(app: nil, progress: count) { _, _ in }
        #expect(read.withLock { $0 } == Int64(numbered(30).utf8.count))
    }

    @Test("T92: a generation that holds the lines of an earlier one repeats the latest such one")
    func repeats() async throws {
        let (app, first) = try await bench.taken(numbered(10))
        let (_, other) = try await bench.taken(numbered(10))
        // Without the stored lines an older state counts as another content at once.
        for text in [numbered(9, from: 50), numbered(7), numbered(6)] {
            await world.files.rewrite(World.today, in: app.id.text, with: Array(text.utf8))
            _ = try await world.consumer().run()
        }
        let cursors = await world.store.cursors(of: app.id, after: nil, limit: 9)
        try #require(cursors.count == 4)
        var found: [Verification.Repeat] = []
        try await bench.verification().findRepeats(of: nil) { found.append($0) }
        #expect(found.map(\.later) == [cursors[2], cursors[3]])
        #expect(found.map(\.earlier) == [first.generation, cursors[2].generation])
        #expect(found.map(\.lines) == [7, 6])
        try await bench.verification().findRepeats(of: try await bench.apps.find(other.app.text)) { _ in
            Issue.record("the object of the other app has one generation")
        }
    }
}

/// Counts listings.
private struct CountedSources: AppSources {
    let base: InMemoryAppSources
    let listings = Locked(0)

    func source(of app: RegisteredApp) -> any ObjectSource {
        Counted(base: base.source(of: app), listings: listings)
    }

    private struct Counted: ObjectSource {
        let base: any ObjectSource
        let listings: Locked<Int>
        var id: SourceID { base.id }

        func list(_ visit: (ObjectPage) async throws -> Void) async throws {
            listings.withLock { $0 += 1 }
            try await base.list(visit)
        }

        func read(
            _ object: SourceObject, from offset: Int64, limit: Int
        ) async throws(SourceError) -> ObjectChunk { try await base.read(object, from: offset, limit: limit) }

        func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 {
            try await base.hiddenBytes(of: object)
        }
    }
}
