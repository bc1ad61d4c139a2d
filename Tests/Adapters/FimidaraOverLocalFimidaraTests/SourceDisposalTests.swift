import AppRegistry
import FimidaraAdapter
import HTTPTransport
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import SdkProvisioning
import SystemAdapter
import TestSupport
import Testing

/// Removal of files from the file store that we ship, by our client.
@Suite("Source files in LocalFimidara")
struct SourceDisposalTests {
    private static let admin = EngineUnderTest.adminSecret
    private let clock = ManualWallClock(at: Timestamp(milliseconds: 1_795_176_000_000))

    private struct Place: AppSources {
        let client: FimidaraClient
        func folder(of app: RegisteredApp) -> StoragePath { StoragePath("acme/logs/\(app.id)") }
        func source(of app: RegisteredApp) -> any ObjectSource {
            FimidaraObjectSource(client: client, folder: folder(of: app))
        }
    }

    private func names(_ place: Place, _ app: RegisteredApp) async throws -> [String] {
        let found = Locked<[String]>([])
        try await place.source(of: app).list { page in
            found.withLock { $0 += page.objects.map(\.key.text) }
        }
        return found.withLock { $0.sorted() }
    }

    @Test("C25: files that are taken, sealed and old are deleted by their ids, and the others stay")
    func clean() async throws {
        let engine = try await EngineUnderTest()
        let (place, store) = (Place(client: engine.client), InMemoryStore(clock: clock))
        let app = RegisteredApp.fresh()
        try await store.add(app)
        let folder = place.folder(of: app)
        // Removals shift the pages of the listing, of which each has 100 entries here.
        let all = (1...130).map { "w-2026-11-20-\($0).ndjson" }
        for name in all {
            let status = try await engine.upload(
                Array("{\"a\":1}\n".utf8), to: "\(folder)/\(name)", append: true, with: Self.admin)
            #expect(status == 200)
        }
        let young = "w-2026-11-28.ndjson"
        #expect(
            try await engine.upload(Array("{}\n".utf8), to: "\(folder)/\(young)", append: true, with: Self.admin) == 200
        )
        let consumer = LogConsumer(
            apps: store, sources: place, cursors: store, commits: store, scanner: PortableScanner(), owner: .fresh(),
            settings: IngestionSettings(), clock: clock, ticks: ContinuousClock(), entropy: SeededEntropy(seed: 1),
            observer: RecordingObserver())
        #expect(try await consumer.run().records == 131)
        _ = try await FieldIndexer(apps: store, catalogue: store, reader: store).run()
        clock.advance(by: .seconds(86_400 * 8 + 3600))
        let late = "w-2026-11-20-7.ndjson"
        #expect(
            try await engine.upload(Array("{}\n".utf8), to: "\(folder)/\(late)", append: true, with: Self.admin) == 200)
        var rules = SourceRules(days: 7, sealGrace: .seconds(3600), claimLease: .seconds(60))
        rules.stepObjects = 50
        let cleaner = SourceCleaner(
            apps: store, sources: place, disposal: FimidaraObjectDisposal(client: engine.client), cursors: store,
            catalogue: store, owner: .fresh(), rules: rules, clock: clock, ticks: ContinuousClock())
        let figures = try await cleaner.run()
        #expect(figures.removed == 129 && figures.bytes == 129 * 8 && figures.firstError == nil)
        #expect(figures.left == [.notTaken: 1])
        #expect(try await names(place, app) == [late, young])
        // Their cursors go when their records have, since the store says that the ids are gone.
        var settings = CleanupSettings()
        settings.daysOfApps = [app.id: 1]
        settings.rest = .zero
        _ = try await LogCleaner(
            store: store, runs: store, settings: settings, clock: clock, ticks: ContinuousClock()
        ).run()
        let tombstones = TombstoneCleaner(
            apps: store, sources: place, cursors: store, records: store, store: store, settings: settings,
            clock: clock)
        #expect(try await tombstones.run().cursors == 129)
        #expect(await store.cursors(of: app.id, after: nil, limit: 9).map(\.object.text).sorted() == [late, young])
        try await engine.close()
    }

    @Test("a file is meant by its id: what has its name by now stays, and removing it again is no failure")
    func identity() async throws {
        let engine = try await EngineUnderTest()
        let place = Place(client: engine.client)
        let app = RegisteredApp.fresh()
        let path = "\(place.folder(of: app))/w-2026-11-20.ndjson"
        let disposal = FimidaraObjectDisposal(client: engine.client)
        #expect(try await engine.upload(Array("{}\n".utf8), to: path, append: true, with: Self.admin) == 200)
        let found = Locked<[SourceObject]>([])
        try await place.source(of: app).list { page in found.withLock { $0 += page.objects } }
        let old = try #require(found.withLock { $0.first })
        try await disposal.remove(old, of: app)
        #expect(try await engine.upload(Array("{}\n".utf8), to: path, append: true, with: Self.admin) == 200)
        try await disposal.remove(old, of: app)
        #expect(try await names(place, app) == ["w-2026-11-20.ndjson"])
        let error = await #expect(throws: SourceError.self) {
            try await place.source(of: app).read(old, from: 0, limit: 1)
        }
        #expect(error?.reason == .gone)
        try await engine.close()
    }

    @Test("without the right to delete nothing goes, and the failure says so")
    func forbidden() async throws {
        let engine = try await EngineUnderTest()
        let app = RegisteredApp.fresh()
        let path = "acme/logs/\(app.id)/w-2026-11-20.ndjson"
        #expect(try await engine.upload(Array("{}\n".utf8), to: path, append: true, with: Self.admin) == 200)
        let place = Place(client: engine.client)
        let found = Locked<[SourceObject]>([])
        try await place.source(of: app).list { page in found.withLock { $0 += page.objects } }
        let object = try #require(found.withLock { $0.first })
        let administration = FimidaraStorageAdministration(client: engine.client)
        let owner = TokenID.fresh()
        try await administration.createToken(for: owner, lifetime: .seconds(600), expiresAt: nil)
        let credential = try #require(try await administration.credential(for: owner))
        let stranger = FimidaraClient(
            settings: try FimidaraSettings(
                serverURL: "http://engine", authToken: credential.secret, workspaceRootname: "acme"),
            transport: engine.transport, entropy: SystemEntropy(), wallClock: SystemClock())
        let error = await #expect(throws: SourceError.self) {
            try await FimidaraObjectDisposal(client: stranger).remove(object, of: app)
        }
        #expect(error?.reason == .forbidden)
        #expect(try await names(place, app) == ["w-2026-11-20.ndjson"])
        try await engine.close()
    }
}
