public import AppRegistry
public import DistributedLock
public import IngestionJobs
public import LogCursor
public import LogIngestion
public import LogMaintenance
import LogModel
public import LogQuery
public import SdkProvisioning
public import StoreSupport
import TestSupport
import Testing

/// All ports of one store, and how its time passes.
public struct StoreUnderTest: Sendable {
    /// Its apps.
    public let apps: any AppStore
    /// Its client tokens.
    public let tokens: any ClientTokenStore
    /// Its memory of provisioning.
    public let provisioning: any ProvisioningStore
    /// Its cursors.
    public let cursors: any CursorStore
    /// Where lines go.
    public let commits: any CommitStore
    /// Its records.
    public let records: any RecordReader
    /// Its rejects.
    public let rejects: any RejectReader
    /// Its history of cursors.
    public let history: any CursorHistory
    /// Its field catalogue, if it keeps one.
    public let catalogue: any FieldCatalogue
    /// What removes its records, if something does.
    public let retention: any RetentionStore
    /// What removes cursors of objects that are gone, if something does.
    public let tombstones: any TombstoneStore
    /// What removes its runs, if something does.
    public let runRetention: any RunRetention
    /// Its locks.
    public let locks: any LockStore
    /// Its runs.
    public let runs: any RunStore
    /// Lets time pass by the store's clock.
    public let pass: @Sendable (Duration) async throws -> Void
    /// How the statements that answer questions are executed, if the store can say it.
    public var plans: (@Sendable ((any RecordReader) async throws -> Void) async throws -> [QueryPlan])?

    /// Puts a store's ports together.
    public init(
        apps: any AppStore, tokens: any ClientTokenStore, provisioning: any ProvisioningStore,
        cursors: any CursorStore, commits: any CommitStore, records: any RecordReader, rejects: any RejectReader,
        locks: any LockStore, runs: any RunStore, history: any CursorHistory,
        catalogue: any FieldCatalogue, retention: any RetentionStore,
        tombstones: any TombstoneStore, runRetention: any RunRetention,
        pass: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.apps = apps
        self.tokens = tokens
        self.provisioning = provisioning
        self.cursors = cursors
        self.commits = commits
        self.records = records
        self.rejects = rejects
        self.history = history
        self.catalogue = catalogue
        self.retention = retention
        self.tombstones = tombstones
        self.runRetention = runRetention
        self.locks = locks
        self.runs = runs
        self.pass = pass
    }
}

/// A lease that is over after ``StoreUnderTest/outlast`` and lasts while a few calls are made.
let shortLease: Duration = .seconds(5)
/// A lease that no test outlives.
let longLease: Duration = .seconds(600)

extension StoreUnderTest {
    /// Lets short leases end.
    func outlast() async throws { try await pass(.milliseconds(5200)) }

    /// Repeats what must be done while a short lease lasts, for as long as the machine was too busy to do it in time.
    ///
    /// An attempt that was made in time and still failed is a failure.
    func whileLeaseLasts(_ attempt: () async throws -> Bool) async throws {
        for _ in 0..<20 {
            let start = ContinuousClock.now
            if try await attempt() { return }
            guard ContinuousClock.now - start > shortLease / 2 else { break }
        }
        Issue.record("a lease ended before its time")
    }

    /// Registers an app that nobody else has.
    func newApp() async throws -> AppID {
        let app = RegisteredApp.fresh()
        try await apps.add(app)
        return app.id
    }

    /// Claims an object of an app; the first generation unless told otherwise.
    func claim(
        _ object: String, of app: AppID, by owner: OwnerID = .fresh(), identity: String = "a", size: Int64 = 1 << 40,
        lease: Duration = longLease
    ) async throws -> Claim {
        let outcome = try await ask(object, of: app, by: owner, identity: identity, size: size, lease: lease)
        guard case .claimed(let claim) = outcome else { throw NotClaimed(outcome: outcome) }
        return claim
    }

    /// Asks for an object of an app.
    func ask(
        _ object: String, of app: AppID, by owner: OwnerID, identity: String = "a", size: Int64 = 1 << 40,
        lease: Duration = longLease
    ) async throws -> ClaimOutcome {
        let request = ClaimRequest(
            source: source(of: app), object: ObjectKey(object), app: app, identity: identity, size: size,
            day: CivilDay(number: 20_777), fileIndex: 3)
        return try #require(try await cursors.claim([request], by: owner, for: lease).first)
    }

    /// The cursor of an object's latest generation.
    func cursor(_ object: String, of app: AppID) async throws -> Cursor? {
        try await cursors.latest(in: source(of: app), of: [ObjectKey(object)])[ObjectKey(object)]
    }

    func source(of app: AppID) -> SourceID { SourceID("contract:\(app)") }

    /// Commits one step.
    func commit(_ step: ObjectStep) async throws -> StepOutcome {
        try #require(try await commits.commit([step]).first)
    }

    /// The lines of an app, the earliest first.
    func lines(of app: AppID) async throws -> [[UInt8]] {
        let rows = try await allRows(LogFilter(app: app), .oldestFirst)
        return (0..<rows.count).map { Array(rows.bytes[rows.range($0)]) }
    }

    /// The lines of an app as texts, the earliest first.
    func texts(of app: AppID) async throws -> [String] {
        try await lines(of: app).map { String(decoding: $0, as: UTF8.self) }
    }

    /// All rejects of an app.
    func rejects(of app: AppID) async throws -> [StoredReject] {
        try await rejects.rejects(of: app, after: nil, limit: 100_000)
    }
}

/// A claim that a clause needs was not given.
struct NotClaimed: Error {
    let outcome: ClaimOutcome
}

/// Runs `work` `count` times at once and gives what each brought.
func inParallel<Value: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (Int) async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { group in
        for index in 0..<count { group.addTask { (index, try await work(index)) } }
        var values: [(Int, Value)] = []
        for try await value in group { values.append(value) }
        return values.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
