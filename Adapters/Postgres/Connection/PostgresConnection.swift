import BlockingExecutor

/// One connection, with the thread that blocks on it.
actor PostgresConnection {
    private let thread: DedicatedThread
    private nonisolated let interrupter: Interrupter
    private var session: PostgresSession?

    /// Makes a connection that is not opened yet.
    init() throws(PostgresError) {
        thread = DedicatedThread(name: "postgres")
        interrupter = try Interrupter()
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// Connects, and makes sure of what the store rests on.
    func open(_ target: ConnectionTarget) throws(PostgresError) {
        let session = PostgresSession(try ServerLink(target, interrupter: interrupter))
        try settle(session)
        self.session = session
    }

    /// A commit that was answered must have reached the disk, whatever the server's own default is.
    private func settle(_ session: PostgresSession) throws(PostgresError) {
        let answer = try session.execute(
            """
            SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
            ELSE current_setting('synchronous_commit') END, false) AS durability,
            (SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout') AS milliseconds
            """, isPlannedAnew: true)
        let limit = try? answer.first?.integer("milliseconds")
        // The server itself ends what takes too long; we wait a little longer, for one that cannot be reached.
        session.link.patience = (limit ?? 0) == 0 ? .seconds(3600) : .milliseconds(limit ?? 0) + .seconds(5)
    }

    /// Does work on the connection's thread; the task's cancellation ends it, save while it commits.
    nonisolated func perform<Value: Sendable>(
        _ work: @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        let ticket = interrupter.issue()
        defer { interrupter.retire(ticket) }
        return try await withTaskCancellationHandler {
            try await run(ticket, work)
        } onCancel: {
            interrupter.interrupt(ticket)
        }
    }

    private func run<Value: Sendable>(
        _ ticket: UInt64, _ work: @Sendable (PostgresSession) throws -> Value
    ) throws -> Value {
        guard interrupter.begin(ticket) else { throw PostgresError(.cancelled, "cancelled before it began") }
        guard let session else {
            interrupter.end()
            throw PostgresError(.connectionLost, "the connection is closed")
        }
        let outcome = Result { try work(session) }
        interrupter.end()
        session.settleAfterCancel()
        return try outcome.get()
    }

    /// Whether the connection can take the next piece of work.
    func isReady() -> Bool { session?.isReady ?? false }

    /// Ends the connection and its thread.
    func close() {
        session = nil
        thread.stop()
    }
}
