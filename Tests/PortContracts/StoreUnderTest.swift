import AppRegistry
public import DistributedLock
import LogCursor
import LogIngestion
import LogModel
import LogQuery
public import StoreSupport
import TestSupport
import Testing

/// A store, and how its time passes.
public struct StoreUnderTest: Sendable {
    /// The store.
    public let ports: any LogStore
    /// Its locks, or those that are looked at in place of its own.
    public let locks: any LockStore
    /// Lets time pass by the store's clock.
    public let pass: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - ports: the store.
    ///   - locks: locks in place of its own.
    ///   - pass: lets time pass by the store's clock.
    public init(
        _ ports: any LogStore, locks: (any LockStore)? = nil,
        pass: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.ports = ports
        self.locks = locks ?? ports
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
        try await ports.add(app)
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
        return try #require(try await ports.claim([request], by: owner, for: lease).first)
    }

    /// The cursor of an object's latest generation.
    func cursor(_ object: String, of app: AppID) async throws -> Cursor? {
        try await ports.latest(in: source(of: app), of: [ObjectKey(object)])[ObjectKey(object)]
    }

    func source(of app: AppID) -> SourceID { SourceID("contract:\(app)") }

    /// Commits one step.
    func commit(_ step: ObjectStep) async throws -> StepOutcome {
        try #require(try await ports.commit([step]).first)
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
        try await ports.rejects(of: app, after: nil, limit: 100_000)
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
