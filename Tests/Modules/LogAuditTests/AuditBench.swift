import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// A world whose cursors are audited: the folders of its apps, and the files of this machine, which is `n1`.
struct AuditBench {
    var world = World()

    /// The folder of this machine's files.
    static let disk = "disk"

    /// The files of this machine.
    var files: InMemoryObjectSource { InMemoryObjectSource(world.files, folder: AuditBench.disk, id: .files(of: "n1")) }

    var apps: AppRegistrar {
        AppRegistrar(store: world.store, clock: world.clock, entropy: FreshEntropy(), ticks: world.ticks)
    }

    func verification(
        records: (any RecordReader)? = nil, folders: (any AppSources)? = nil, hasFileStore: Bool = true
    ) -> Verification {
        let folders = folders ?? InMemoryAppSources(world.files)
        return Verification(
            cursors: world.store, records: records ?? world.store, rejects: world.store,
            verifier: Verifier(scanner: PortableScanner(), settings: world.settings),
            sources: CursorSources(apps: apps, folders: hasFileStore ? folders : nil, files: files),
            ticks: world.ticks)
    }

    /// What a verification finds, by the generations of the cursors.
    func findings(
        _ verification: Verification? = nil, of app: RegisteredApp? = nil
    ) async throws -> [Verification.Finding] {
        var found: [Verification.Finding] = []
        try await (verification ?? self.verification()).run(app: app) { found.append($1) }
        return found
    }

    func rewinding(_ verification: Verification? = nil, history: (any CursorHistory)? = nil) -> Rewinding {
        Rewinding(
            verification: verification ?? self.verification(), history: history ?? world.store, clock: world.clock)
    }

    func replay(_ rewinding: Rewinding? = nil) -> RejectReplay {
        RejectReplay(rejects: world.store, rewinding: rewinding ?? self.rewinding())
    }

    func unread(hasFileStore: Bool = true) -> UnreadEntries {
        UnreadEntries(
            cursors: world.store, apps: apps, folders: hasFileStore ? InMemoryAppSources(world.files) : nil)
    }

    /// A consumer that knows the stored lines.
    func consume() async throws {
        #expect(try await world.consumer(taken: world.store).run().failures == 0)
    }

    /// Registers an app with a file of a text, which is taken.
    func taken(_ text: String) async throws -> (app: RegisteredApp, cursor: Cursor) {
        let app = try await world.newApp()
        await world.append(text, of: app)
        try await consume()
        return (app, try #require(await world.cursor(of: app)))
    }

    /// Takes the files of a machine for an app.
    func takeFile(
        _ text: String, named name: String = World.today, of machine: String = "n1", for app: RegisteredApp
    ) async throws -> Cursor {
        let source = InMemoryObjectSource(world.files, folder: AuditBench.disk, id: .files(of: machine))
        await world.files.append(text, to: name, in: AuditBench.disk)
        let intake = ObjectIntake(
            cursors: world.store, commits: world.store, scanner: PortableScanner(), owner: .fresh(),
            settings: world.settings, clock: world.clock, ticks: world.ticks, observer: world.observer,
            taken: world.store)
        let object = try #require(try await source.find(ObjectKey(name)))
        #expect(await intake.take(object, of: source, for: app.id).failure == nil)
        return try #require(await world.store.latest(in: source.id, of: [object.key])[object.key])
    }

    /// Puts a cursor back to the start, without a proof.
    func putBack(_ cursor: Cursor) async {
        #expect(await world.store.rewind(cursor, to: CursorProgress(), at: world.clock.now()) == .rewound)
    }
}

/// Sources of another name than those that were taken.
struct RenamedSources: AppSources {
    let files: InMemoryFileStore

    func source(of app: RegisteredApp) -> any ObjectSource {
        InMemoryObjectSource(files, folder: app.id.text, id: SourceID("new:\(app.id.text)"))
    }
}

/// Records of which a store has lost some, or that cannot be read.
struct MeddledRecords: RecordReader {
    let base: InMemoryStore
    /// How many records of each generation are missing.
    var lost: Int64 = 0
    var failure: StoreError?

    func count(of generation: GenerationID) async throws(StoreError) -> Int64 {
        if let failure { throw failure }
        return await base.count(of: generation) - lost
    }

    func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows {
        if let failure { throw failure }
        return await base.rows(of: generation, from: offset, limit: limit)
    }

    func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows {
        await base.rows(filter, order: order, after: position, limit: limit)
    }

    func count(_ filter: LogFilter) async throws(StoreError) -> Int64 { await base.count(filter) }

    func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar] {
        await base.histogram(filter, interval: interval, limit: limit)
    }
}

/// Cursor histories that say what a test wants.
struct FixedHistory: CursorHistory {
    let outcome: RewindOutcome

    func steps(of generation: GenerationID) -> [CursorStep] { [] }

    func rewind(_ cursor: Cursor, to progress: CursorProgress, at moment: Timestamp) -> RewindOutcome { outcome }
}
