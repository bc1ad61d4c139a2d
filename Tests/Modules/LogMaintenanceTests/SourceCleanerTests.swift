import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import TestSupport
import Testing

@Suite("Source cleaner")
struct SourceCleanerTests {
    private let bench = SourceBench()

    @Test("C25: a file goes when its day and its days are over, and its cursor stays")
    func removed() async throws {
        let app = try await bench.app()
        await bench.append("{\"a\":1}\nbad\n\n{\"a\":2}\n", of: app)
        try await bench.consume()
        try await bench.index()
        // Until the end of the seventh day after its own.
        bench.clock.advance(by: SourceBench.days * 7)
        #expect(try await bench.cleaner().run() == SourceFigures())
        #expect(try await bench.names(of: app) == [SourceBench.file])
        bench.clock.advance(by: SourceBench.days)
        let figures = try await bench.cleaner().run()
        #expect(figures.removed == 1 && figures.bytes == 21 && figures.left == [:] && figures.firstError == nil)
        #expect(try await bench.names(of: app) == [])
        #expect(await bench.cursor(of: app)?.progress.position == 21)
        #expect(await bench.cursor(of: app)?.owner == nil)
        #expect(await bench.lines(of: app) == 2)
        #expect(try await bench.cleaner().run() == SourceFigures())
    }

    @Test("C25: what was not stored is never removed: unread, unsealed, younger bytes, another incarnation")
    func notStored() async throws {
        let app = try await bench.app()
        let unread = try await bench.app()
        await bench.append("{\"a\":1}\n{\"half\":", of: app)
        try await bench.settle(days: 7)
        await bench.append("{\"a\":1}\n", of: unread)
        // The last line is not taken before the consumer seals the file.
        #expect(try await bench.cleaner().run().left == [.notTaken: 2])
        try await bench.consume()
        try await bench.index()
        // The file of the other app was taken just now.
        #expect(try await bench.cleaner().run().left == [.takenLately: 1])
        #expect(try await bench.names(of: app) == [])
        #expect(try await bench.names(of: unread) == [SourceBench.file])
        bench.clock.advance(by: SourceBench.days * 8)
        await bench.files.replace(SourceBench.file, in: unread.id.text, with: Array("{\"b\":1}\n".utf8))
        #expect(try await bench.cleaner().run().left == [.notTaken: 1])
        #expect(try await bench.names(of: unread) == [SourceBench.file])
    }

    @Test("C25: all files of a deleted app go, taken or not, and what came late with the next run")
    func deletedApp() async throws {
        let app = try await bench.app()
        let other = try await bench.app()
        for number in 1...9 { await bench.append("{\"a\":1}\n", to: "w-2026-11-20-\(number).ndjson", of: app) }
        await bench.append("{\"a\":1}\n", of: other)
        try await bench.consume()
        await bench.append("{\"unread\":", to: "no-log.txt", of: app)
        let shown = try await bench.names(of: app).count
        #expect(await bench.store.deleteApp(app.id, at: bench.clock.now()))
        let figures = try await bench.cleaner { $0.stepObjects = 4 }.run()
        #expect(figures.removed == Int64(shown) && figures.left == [:] && figures.firstError == nil)
        #expect(try await bench.names(of: app) == [])
        await bench.append("{\"late\":1}\n", of: app)
        #expect(try await bench.cleaner().run().removed == 1)
        #expect(try await bench.names(of: app) == [])
        #expect(try await bench.names(of: other) == [SourceBench.file])
    }

    @Test("C25: a listing that shows what is gone already is not looked at for ever")
    func laggingListing() async throws {
        struct Nothing: ObjectDisposal {
            func remove(_ object: SourceObject, of app: RegisteredApp) async throws(SourceError) {}
        }
        let app = try await bench.app()
        for number in 1...9 { await bench.append("{\"a\":1}\n", to: "w-2026-11-20-\(number).ndjson", of: app) }
        _ = await bench.store.deleteApp(app.id, at: bench.clock.now())
        #expect(try await bench.cleaner(disposal: Nothing()).run().removed == 9)
    }

    @Test("C25: a file waits for the follower of its records")
    func follower() async throws {
        let app = try await bench.app()
        for number in 1...5 { await bench.append("{\"a\":1}\n", to: "w-2026-11-20-\(number).ndjson", of: app) }
        try await bench.settle(days: 7)
        await bench.append("{\"a\":1}\n", to: "v-2026-11-20.ndjson", of: app)
        try await bench.consume()
        bench.clock.advance(by: SourceBench.days * 8)
        let figures = try await bench.cleaner().run()
        #expect(figures.removed == 5 && figures.left == [.awaitingFollower: 1])
        #expect(try await bench.names(of: app) == ["v-2026-11-20.ndjson"])
        try await bench.index()
        #expect(try await bench.cleaner().run().removed == 1)
    }

    @Test("C25: a file that changed behind its size, or of which the place hides bytes, is left where it is")
    func lastLook() async throws {
        let (changed, hidden, held) = (try await bench.app(), try await bench.app(), try await bench.app())
        for app in [changed, held] { await bench.append("{\"a\":1}\n", of: app) }
        await bench.append("{\"a\":1}\n", to: "h-2026-11-20.ndjson", of: hidden)
        try await bench.settle(days: 7)
        await bench.files.rewrite(SourceBench.file, in: changed.id.text, with: Array("{\"b\":1}\n".utf8))
        await bench.files.hide([1, 2, 3], behind: "h-2026-11-20.ndjson", in: hidden.id.text)
        let cursor = try #require(await bench.cursor(of: held))
        let request = ClaimRequest(
            source: cursor.source, object: cursor.object, app: held.id, identity: cursor.identity, size: 8)
        _ = await bench.store.claim([request], by: .fresh(), for: .seconds(60))
        let figures = try await bench.cleaner().run()
        #expect(figures.removed == 0 && figures.left == [.changed: 1, .hiddenBytes: 1, .heldElsewhere: 1])
        for app in [changed, hidden, held] { #expect(try await bench.names(of: app).count == 1) }
    }

    @Test("C25: a file whose hidden bytes are taken may go like any other; with more of them it stays")
    func takenHidden() async throws {
        let (app, later) = (try await bench.app(), try await bench.app())
        for app in [app, later] {
            // Only what looks damaged is looked behind.
            await bench.append("{\"a\":1}\n{\"b\":{\"b\":1}\n{\"c\":", of: app)
            await bench.files.hide(Array("1}\n".utf8), behind: SourceBench.file, in: app.id.text)
        }
        try await bench.settle(days: 7)
        #expect(await bench.lines(of: app) == 2)
        await bench.files.hide(Array("1}\n{\"d\"".utf8), behind: SourceBench.file, in: later.id.text)
        let figures = try await bench.cleaner().run()
        #expect(figures.removed == 1 && figures.left == [.hiddenBytes: 1], "\(figures)")
        #expect(try await bench.names(of: app).isEmpty)
    }

    @Test("C25: a file that grows between the listing and the last look is left where it is, and is taken")
    func grows() async throws {
        let app = try await bench.app()
        await bench.append("{\"a\":1}\n", of: app)
        try await bench.settle(days: 7)
        let (files, folder) = (bench.files, app.id.text)
        let cursors = MeddledClaims(bench.store) { await files.append("{\"a\":2}\n", to: SourceBench.file, in: folder) }
        #expect(try await bench.cleaner(cursors: cursors).run().left == [.changed: 1])
        try await bench.consume()
        #expect(await bench.lines(of: app) == 2)
    }

    @Test("C25: a file that was put under the name meanwhile stays")
    func replaced() async throws {
        let app = try await bench.app()
        await bench.append("{\"a\":1}\n", of: app)
        try await bench.settle(days: 7)
        let (files, folder) = (bench.files, app.id.text)
        let disposal = MeddledDisposal(base: InMemoryObjectDisposal(files)) { _ in
            await files.replace(SourceBench.file, in: folder, with: Array("{\"new\":1}\n".utf8))
        }
        _ = try await bench.cleaner(disposal: disposal).run()
        #expect(await files.bytes(of: SourceBench.file, in: folder) == Array("{\"new\":1}\n".utf8))
    }

    @Test("C25: a segment needs no grace, and names that are none of ours are left alone")
    func names() async throws {
        let app = try await bench.app()
        await bench.append("{\"a\":1}", to: "w-2026-11-20-s00000001.ndjson", of: app)
        await bench.append("{\"a\":1}\n", to: "notes.txt", of: app)
        try await bench.settle(days: 7)
        #expect(try await bench.cleaner { _ in }.run().removed == 1)
        #expect(await bench.files.bytes(of: "notes.txt", in: app.id.text) != nil)
    }

    @Test("C25: steps are bounded, whatever the number of files, and pages that shift hide nothing for good")
    func steps() async throws {
        let app = try await bench.app()
        var listing = InMemoryFileStore.Listing()
        listing.pageSize = 7
        await bench.files.setListing(listing, of: app.id.text)
        for number in 1...100 { await bench.append("{\"a\":1}\n", to: "w-2026-11-20-\(number).ndjson", of: app) }
        await bench.append("{\"a\":", to: "a-2026-11-20.ndjson", of: app)
        try await bench.settle(days: 7)
        let figures = try await bench.cleaner { $0.stepObjects = 10 }.run()
        #expect(figures.removed == 100 && figures.bytes == 800 && figures.left == [.notTaken: 1])
        #expect(try await bench.names(of: app) == ["a-2026-11-20.ndjson"])
    }

    @Test("C25: what fails for one app is said and leaves the others alone; the next run goes on")
    func failures() async throws {
        let (broken, fine) = (try await bench.app(), try await bench.app())
        for app in [broken, fine] { await bench.append("{\"a\":1}\n", of: app) }
        try await bench.settle(days: 7)
        var listing = InMemoryFileStore.Listing()
        listing.failure = (0, SourceError(.unavailable, detail: "told to fail"))
        await bench.files.setListing(listing, of: broken.id.text)
        let figures = try await bench.cleaner().run()
        #expect(figures.removed == 1 && figures.firstError?.contains("told to fail") == true)
        await bench.files.setListing(.init(), of: broken.id.text)
        await bench.files.setRemovalFailure(SourceError(.forbidden, detail: "no right"))
        #expect(try await bench.cleaner().run().firstError?.contains("no right") == true)
        #expect(await bench.cursor(of: broken)?.owner == nil)
        await bench.files.setRemovalFailure(nil)
        #expect(try await bench.cleaner().run().removed == 1)
    }

    @Test("C25: a process that dies at any removal leaves nothing that the next one cannot finish")
    func interrupted() async throws {
        let app = try await bench.app()
        for number in 1...20 { await bench.append("{\"a\":1}\n", to: "w-2026-11-20-\(number).ndjson", of: app) }
        try await bench.settle(days: 7)
        // Dies before or behind the removal, and never gives its claim back.
        for number in 0..<20 {
            let claims = MeddledClaims(bench.store, givesBack: false) {}
            let (files, folder) = (bench.files, app.id.text)
            let disposal = MeddledDisposal(base: InMemoryObjectDisposal(files)) { object throws(SourceError) in
                if number.isMultiple(of: 2) { await files.remove(object.key.text, in: folder) }
                throw SourceError(.unavailable, detail: "died")
            }
            #expect(try await bench.cleaner(disposal: disposal, cursors: claims).run().removed == 0)
        }
        bench.clock.advance(by: .seconds(120))
        _ = try await bench.cleaner().run()
        #expect(try await bench.names(of: app) == [])
        #expect(await bench.lines(of: app) == 20)
        #expect(await bench.store.cursors(of: app.id, after: nil, limit: 99).count == 20)
    }
}

/// Cursors of which a claim is made when something has happened, and perhaps never given back.
struct MeddledClaims: CursorStore {
    let base: InMemoryStore
    let givesBack: Bool
    let before: @Sendable () async -> Void

    init(_ base: InMemoryStore, givesBack: Bool = true, _ before: @escaping @Sendable () async -> Void) {
        self.base = base
        self.givesBack = givesBack
        self.before = before
    }

    func latest(in source: SourceID, of objects: [ObjectKey]) async throws(StoreError) -> [ObjectKey: Cursor] {
        await base.latest(in: source, of: objects)
    }
    func claim(
        _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
    ) async throws(StoreError) -> [ClaimOutcome] {
        await before()
        return await base.claim(requests, by: owner, for: lease)
    }
    func beginNext(
        after claim: Claim, because reason: GenerationReason, for lease: Duration
    ) async throws(StoreError) -> Claim? { await base.beginNext(after: claim, because: reason, for: lease) }
    func extend(_ claims: [Claim], for lease: Duration) async throws(StoreError) -> Set<GenerationID> {
        await base.extend(claims, for: lease)
    }
    func release(_ claims: [Claim]) async throws(StoreError) { if givesBack { await base.release(claims) } }
    func cursors(
        of app: AppID?, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [Cursor] { await base.cursors(of: app, after: last, limit: limit) }
}
