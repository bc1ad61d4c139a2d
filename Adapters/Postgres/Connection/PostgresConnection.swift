import BlockingExecutor
import StoreSupport

/// One connection, with the thread that blocks on it.
///
/// Callers wait for the thread no longer than it may be late, see ``CallWatch``.
actor PostgresConnection {
    private let thread: DedicatedThread
    private nonisolated let interrupter: Interrupter
    private nonisolated let watch: CallWatch
    /// What the thread waits for.
    nonisolated let call = CallState()
    private var session: PostgresSession?

    /// Makes a connection that is not opened yet.
    init(_ watch: CallWatch) throws(PostgresError) {
        try watch.admit()
        self.watch = watch
        do { thread = try DedicatedThread(trying: "postgres") } catch {
            throw PostgresError(.connectionLost, "no connection can be made: \(error)")
        }
        interrupter = try Interrupter()
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// Connects, and makes sure of what the store rests on; the task's cancellation ends it.
    nonisolated func open(_ target: ConnectionTarget) async throws {
        try await interruptible { ticket in try await self.open(target, ticket) }
    }

    private func open(_ target: ConnectionTarget, _ ticket: UInt64) throws {
        guard interrupter.begin(ticket) else { throw PostgresConnection.calledOff }
        defer { interrupter.end() }
        let link = try ServerLink(target, interrupter: interrupter, watch: watch, call: call)
        let session = PostgresSession(link)
        try settle(session)
        self.session = session
        call.end(isReady: session.isReady)
    }

    /// A commit that was answered must have reached the disk, whatever the server's own default is.
    private func settle(_ session: PostgresSession) throws(PostgresError) {
        let start = ContinuousClock.now
        let answer = try session.execute(
            """
            SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
            ELSE current_setting('synchronous_commit') END, false) AS durability,
            (SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout') AS milliseconds,
            pg_backend_pid() AS number
            """, isPlannedAnew: true)
        session.link.note(roundTrip: .now - start)
        let limit = try? answer.first?.integer("milliseconds")
        session.number = try? answer.first?.integer("number")
        // The server itself ends what takes too long; we wait a little longer, for one that cannot be reached.
        session.link.patience =
            (limit ?? 0) == 0
            ? watch.limits.longestStatement : .milliseconds(limit ?? 0) + watch.limits.statementMargin
    }

    /// Does work on the connection's thread; the task's cancellation ends it, save while it commits.
    /// - Parameters:
    ///   - isEndless: whether the work has no limit over all its statements.
    ///   - work: the work.
    /// - Returns: what the work returns.
    /// - Throws: what the work throws, or ``PostgresError``.
    nonisolated func perform<Value: Sendable>(
        isEndless: Bool = false, _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        try await interruptible { ticket in try await self.run(ticket, isEndless, work) }
    }

    private nonisolated func interruptible<Value: Sendable>(
        _ body: @escaping @Sendable (UInt64) async throws -> Value
    ) async throws -> Value {
        let ticket = interrupter.issue()
        defer { interrupter.retire(ticket) }
        // The thread has other things to do before it says what it waits for.
        try call.begin("the connection's thread", due: .now + watch.limits.connect)
        return try await withTaskCancellationHandler {
            try await watch.follow(call) {
                try await body(ticket)
            } late: {
                await self.close()
            }
        } onCancel: {
            interrupter.interrupt(ticket)
        }
    }

    private func run<Value: Sendable>(
        _ ticket: UInt64, _ isEndless: Bool, _ work: @Sendable (PostgresSession) throws -> Value
    ) throws -> Value {
        guard interrupter.begin(ticket) else {
            call.end(isReady: session?.isReady ?? false)
            throw PostgresConnection.calledOff
        }
        guard let session else {
            interrupter.end()
            throw PostgresError(.connectionLost, "the connection is closed")
        }
        session.link.beginCall(isEndless: isEndless)
        let outcome = Result { try work(session) }
        interrupter.end()
        session.settleAfterCancel()
        call.end(isReady: session.isReady)
        return try outcome.get()
    }

    /// The caller lost interest, or whoever ended it did, before its turn came.
    private static let calledOff = PostgresError(.cancelled, "called off before anything was sent to the server")

    /// Whether the connection can take the next piece of work.
    nonisolated var isReady: Bool { call.isReady }

    /// Ends the connection and its thread.
    func close() {
        session = nil
        thread.stop()
    }

    /// Ends the connection, without waiting for a thread that has not come back.
    nonisolated func closeUnlessGivenUp() async {
        guard call.isGivenUp else { return await close() }
        // It may have come back at that very moment, so that nothing else ends it.
        Task { await close() }
    }
}
