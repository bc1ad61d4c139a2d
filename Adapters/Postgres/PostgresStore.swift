import BlockingExecutor
public import CallLedger
public import LogModel
import LogQuery
public import StoreSupport

/// The store in a PostgreSQL database, which any number of processes on any machines may share.
///
/// Commits are durable when they are answered: `synchronous_commit` is never off. Each port is an extension in a file of
/// its own.
public struct PostgresStore: LogStore, Sendable {
    let pool: PostgresPool
    let target: ConnectionTarget
    private let gate: CommitGate
    private let watch: CallWatch
    /// Days of receipt whose partitions are known to be there.
    let knownDays = Locked<Set<Int64>>([])

    /// How many records one call looks at.
    var scanLimit = RecordRows.scanLimit
    /// Notes the statements that read records, when somebody wants to see them.
    var trace: StatementTrace<TracedStatement>?

    /// How often work is done again that lost a race or its connection before anything of it was applied.
    private static let attempts = 6

    /// Makes sure that a URL can be read, without connecting.
    /// - Throws: ``PostgresOpenError/invalidURL``.
    public static func check(url: Secret) throws(PostgresOpenError) {
        guard url.reveal({ ConnectionTarget($0) }) != nil else { throw .invalidURL }
    }

    /// Connects to a database and brings its schema up to date.
    /// - Parameters:
    ///   - url: a `postgres://` URL as libpq takes it, TLS parameters included.
    ///   - connections: how many connections this process may have at the same time, at least 1.
    ///   - makes: whether a schema is made or brought up to date; ``PostgresOpenError/noStore(store:)`` and
    ///     ``PostgresOpenError/olderVersion(store:)`` else.
    ///   - calls: where calls are entered while they are under way.
    ///   - observe: is told of calls that were given up, and of commits that wait.
    /// - Returns: the store, ready for use.
    /// - Throws: ``PostgresOpenError``.
    public static func open(
        url: Secret, connections: Int = 8, makes: Bool = true, calls: CallLedger = CallLedger(),
        observe: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) async throws(PostgresOpenError) -> PostgresStore {
        var settings = PoolSettings()
        settings.size = max(1, connections)
        return try await open(
            url: url, settings: settings, makes: makes, watch: CallWatch(calls: calls, observe: observe))
    }

    static func open(
        url: Secret, settings: PoolSettings, makes: Bool = true, watch: CallWatch = CallWatch()
    ) async throws(PostgresOpenError) -> PostgresStore {
        guard let target = url.reveal({ ConnectionTarget($0) }) else { throw PostgresOpenError.invalidURL }
        do {
            let connection = try await PostgresPool.opened(target, watch)
            do {
                let seen = SeenCall(target, on: connection)
                try await watch.calls.follow(.postgres, seen.words) {
                    try await connection.perform(isEndless: true) {
                        try SchemaUpgrade.run(on: $0, target.shown, makes: makes)
                    }
                }
            } catch {
                await connection.closeUnlessGivenUp()
                throw error
            }
            await connection.close()
        } catch let error as PostgresOpenError {
            throw error
        } catch {
            throw PostgresOpenError(PostgresStore.translated(error), target: target)
        }
        return PostgresStore(target, settings, watch)
    }

    private init(_ target: ConnectionTarget, _ settings: PoolSettings, _ watch: CallWatch) {
        self.target = target
        self.watch = watch
        gate = CommitGate(watch)
        pool = PostgresPool(target, settings: settings, watch: watch)
    }

    /// Where the store is, without the password.
    public var shown: String { target.shown }

    /// Closes the connections; calls that come later fail.
    public func close() async {
        await pool.close()
    }

    /// Asks the server a trivial question.
    /// - Throws: ``StorePingError`` when it does not answer.
    public func ping() async throws {
        do {
            try await work { try $0.run("SELECT count(*) FROM locks") }
        } catch {
            throw StorePingError(description: "\(shown): \(target.censored(String(describing: error)))")
        }
    }

    // MARK: - Work

    /// Does work in one transaction, again when it lost a race or its connection before it could commit.
    ///
    /// None begins while commits wait on the server, see ``CommitGate``.
    func transaction<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws(PostgresError) -> Value {
        try await gate.pass { try await waitingForStandby(among: $0) }
        return try await self.work { [gate] in try gate.transaction($0, work) }
    }

    /// How many of some sessions wait for a synchronous standby.
    private func waitingForStandby(among sessions: [Int64]) async throws -> Int {
        try await work { session in
            try session.execute(
                "SELECT 1 FROM pg_stat_activity WHERE pid = ANY($1) AND wait_event = 'SyncRep'", [.integers(sessions)]
            ).count
        }
    }

    /// Does work that may be repeated as a whole: one statement, or one transaction.
    @discardableResult
    func work<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws(PostgresError) -> Value {
        let start = ContinuousClock.now
        var attempt = 0
        while true {
            attempt += 1
            let failure: PostgresError
            do {
                return try await pool.perform(work)
            } catch {
                failure = PostgresStore.translated(error)
            }
            if failure.isOfConnection { await pool.discardIdle() }
            guard failure.isWorthRepeating, attempt < PostgresStore.attempts, !Task.isCancelled,
                .now - start < watch.limits.retries
            else { throw failure }
            do {
                try await Task.sleep(for: .milliseconds(5 << attempt) * Double.random(in: 0.5...1.5))
            } catch {
                throw failure
            }
        }
    }

    private static func translated(_ error: any Error) -> PostgresError {
        if let error = error as? PostgresError { return error }
        if error is CancellationError { return PostgresError(.cancelled, "cancelled") }
        return PostgresError(.unreadable, String(describing: error))
    }
}
