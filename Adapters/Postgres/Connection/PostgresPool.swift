import BlockingExecutor
import CallLedger
import StoreSupport

/// Connections that callers share: opened when they are needed, at most so many, in a queue of limited length.
actor PostgresPool {
    private let target: ConnectionTarget
    private let settings: PoolSettings
    private nonisolated let watch: CallWatch
    private var idle: [PostgresConnection] = []
    /// Connections that there are or that are being made.
    private var count = 0
    /// How many of them are being made.
    private var connecting = 0
    /// Connections that callers have, and those that are being made.
    private var busy: [ObjectIdentifier: PostgresConnection] = [:]
    private var waiters: [Waiter] = []
    private var lastTicket: UInt64 = 0
    private var isClosed = false
    /// Why the latest attempt to connect failed, while none succeeded after it.
    private var lastFailure: PostgresError?

    private struct Waiter {
        let ticket: UInt64
        let continuation: CheckedContinuation<PostgresConnection, any Error>
        let timer: Task<Void, Never>
    }

    init(_ target: ConnectionTarget, settings: PoolSettings, watch: CallWatch = CallWatch()) {
        self.target = target
        self.settings = settings
        self.watch = watch
    }

    /// Does work on one of the connections.
    /// - Throws: what `work` throws, or ``PostgresError`` when no connection can be had.
    nonisolated func perform<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        let seen = SeenCall(target)
        return try await watch.calls.follow(.postgres, seen.words) {
            let connection = try await lease()
            seen.goOn(with: connection)
            return try await perform(work, on: connection)
        }
    }

    private nonisolated func perform<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value, on connection: PostgresConnection
    ) async throws -> Value {
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await connection.perform(work))
        } catch {
            outcome = .failure(error)
            report(error)
        }
        await giveBack(connection)
        return try outcome.get()
    }

    /// Says that a call was given up.
    private nonisolated func report(_ error: any Error) {
        guard let loss = (error as? PostgresError)?.loss else { return }
        watch.observe(
            .callGivenUp(
                GivenUpCall(
                    reason: loss.reason, waitedFor: loss.what.shortened, duration: .now - loss.since,
                    threadsHeld: watch.held)))
    }

    private func lease() async throws -> PostgresConnection {
        guard !isClosed else { throw PostgresError(.connectionLost, "the store is closed") }
        if let connection = idle.popLast() {
            busy[ObjectIdentifier(connection)] = connection
            return connection
        }
        guard waiters.count < settings.queueLimit else {
            throw PostgresError(.timedOut, "too many callers wait for a connection to the store\(shortage)")
        }
        lastTicket += 1
        let ticket = lastTicket
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                let limit = settings.waitLimit
                let timer = Task { [weak self] in
                    guard (try? await Task.sleep(for: limit)) != nil else { return }
                    await self?.expire(ticket)
                }
                waiters.append(Waiter(ticket: ticket, continuation: continuation, timer: timer))
                grow()
            }
        } onCancel: {
            Task { await abandon(ticket, CancellationError()) }
        }
    }

    private func giveBack(_ connection: PostgresConnection) async {
        busy[ObjectIdentifier(connection)] = nil
        guard connection.isReady, !isClosed else {
            count -= 1
            grow()
            await connection.closeUnlessGivenUp()
            return
        }
        offer(connection)
    }

    private func offer(_ connection: PostgresConnection) {
        guard let waiter = waiters.first else { return idle.append(connection) }
        waiters.removeFirst()
        waiter.timer.cancel()
        busy[ObjectIdentifier(connection)] = connection
        waiter.continuation.resume(returning: connection)
    }

    private func expire(_ ticket: UInt64) {
        abandon(ticket, PostgresError(.timedOut, "no connection to the store became free in time\(shortage)"))
    }

    /// Why there are too few connections, where it is known: none can be made, or those that there are have no answer.
    private var shortage: String {
        if let lastFailure { return ": \(lastFailure.message)" }
        let now = ContinuousClock.now
        let sights = busy.values.map(\.call.sight).filter { now - $0.since >= watch.limits.silence }
        guard let oldest = sights.min(by: { $0.since < $1.since }) else { return "" }
        return ": \(sights.count) of \(settings.size) wait for the server, the oldest for "
            + "\((now - oldest.since).inSeconds): \(oldest.words)"
    }

    private func abandon(_ ticket: UInt64, _ error: any Error) {
        guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return }
        let waiter = waiters.remove(at: index)
        waiter.timer.cancel()
        waiter.continuation.resume(throwing: error)
    }

    // MARK: - Connecting

    /// Makes another connection when somebody waits and there is room for one.
    private func grow() {
        guard !isClosed, !waiters.isEmpty, count < settings.size else { return }
        count += 1
        connecting += 1
        // It outlasts the caller for whom it begins, and is not made for that one alone: it inherits no purpose.
        Task.detached { [self] in await connect() }
    }

    /// Tries until a connection stands or nobody waits for one any more.
    private func connect() async {
        defer { connecting -= 1 }
        var attempt = 0
        while !isClosed, !waiters.isEmpty {
            do {
                let connection = try await newConnection()
                lastFailure = nil
                guard !isClosed else { return await connection.close() }
                offer(connection)
                return grow()
            } catch {
                report(error)
                lastFailure = error as? PostgresError
                // Connections that are merely in use come back to those who wait.
                let isAlone = count <= connecting
                if let lastFailure, isAlone, watch.held >= watch.limits.heldThreads { refuseAll(lastFailure) }
                attempt += 1
                try? await Task.sleep(for: settings.pause(before: attempt))
            }
        }
        count -= 1
    }

    /// A new connection, whose making others may see.
    private func newConnection() async throws -> PostgresConnection {
        let connection = try PostgresConnection(watch)
        busy[ObjectIdentifier(connection)] = connection
        defer { busy[ObjectIdentifier(connection)] = nil }
        try await PostgresPool.open(connection, target, watch)
        return connection
    }

    /// A new connection.
    static func opened(
        _ target: ConnectionTarget, _ watch: CallWatch = CallWatch()
    ) async throws -> PostgresConnection {
        let connection = try PostgresConnection(watch)
        try await open(connection, target, watch)
        return connection
    }

    private static func open(
        _ connection: PostgresConnection, _ target: ConnectionTarget, _ watch: CallWatch
    ) async throws {
        let seen = SeenCall(target, on: connection)
        do {
            try await watch.calls.follow(.postgres, seen.words) { try await connection.open(target) }
        } catch {
            await connection.closeUnlessGivenUp()
            throw error
        }
    }

    private func refuseAll(_ error: PostgresError) {
        for waiter in waiters { abandon(waiter.ticket, error) }
    }

    /// Lets all idle connections go: one was found broken, and they were of the same server.
    func discardIdle() async {
        let broken = idle
        idle = []
        count -= broken.count
        grow()
        for connection in broken { await connection.close() }
    }

    /// Ends the idle connections now and the others when their work is over; callers that wait are refused.
    func close() async {
        isClosed = true
        let (waiting, unused) = (waiters, idle)
        waiters = []
        idle = []
        count -= unused.count
        for waiter in waiting {
            waiter.timer.cancel()
            waiter.continuation.resume(throwing: PostgresError(.connectionLost, "the store is closed"))
        }
        for connection in unused { await connection.close() }
    }
}

/// What a call waits for, as others may see it: a free connection first, and then what the connection's thread does.
final class SeenCall: Sendable {
    private let target: ConnectionTarget
    private let call: Locked<CallState?>

    init(_ target: ConnectionTarget, on connection: PostgresConnection? = nil) {
        self.target = target
        call = Locked(connection?.call)
    }

    /// Notes that the call has its connection.
    func goOn(with connection: PostgresConnection) { call.withLock { $0 = connection.call } }

    /// What is waited for at this moment, without values and credentials.
    var words: String {
        let what = call.withLock { $0 }?.sight.what.shortened ?? "a free connection"
        return "\(what) at \(target.shown)"
    }
}
