internal import BlockingExecutor
internal import CallLedger
internal import LogModel

/// A few connections, made when they are first needed, each lent to one caller at a time.
///
/// Who finds none free waits in a queue of limited length and for a limited time, and may be cancelled meanwhile.
final class ConnectionPool: Sendable {
    private let make: @Sendable () throws(MongoError) -> MongoConnection
    private let ledger: CallLedger
    private let limits: MongoLimits
    private let state: Locked<State>

    /// A pool.
    /// - Parameters:
    ///   - size: how many connections at most.
    ///   - queueLimit: how many callers may wait.
    ///   - limits: how long what may take.
    ///   - ledger: where calls are entered.
    ///   - make: makes a connection.
    init(
        size: Int, queueLimit: Int = 1024, limits: MongoLimits = MongoLimits(), ledger: CallLedger = CallLedger(),
        make: @escaping @Sendable () throws(MongoError) -> MongoConnection
    ) {
        self.make = make
        self.ledger = ledger
        self.limits = limits
        state = Locked(State(room: size, queueLimit: queueLimit))
    }

    /// Runs `work` with a connection, on that connection's thread.
    /// - Parameters:
    ///   - call: the call that the work is for; there may be several attempts for one.
    ///   - work: what is done; it goes on for a while when the caller is cancelled or the call is given up.
    /// - Returns: what `work` returns.
    /// - Throws: what `work` throws; ``MongoError`` when there is no connection; `CancellationError`.
    func withClient<Value: Sendable>(
        for call: MongoCall = MongoCall(), _ work: @escaping @Sendable (MongoClient) throws -> Value
    ) async throws -> Value {
        try await ledger.follow(.mongo, call.sight.what) {
            let connection = try await take()
            do {
                let value = try await connection.perform(call, work)
                give(connection, isGone: call.isGivenUp)
                return value
            } catch {
                // libmongoc itself connects anew at the next use.
                give(connection, isGone: call.isGivenUp)
                throw error
            }
        }
    }

    /// Closes what is idle now, and the rest when it comes back; callers that wait are refused.
    func close() async {
        let (idle, waiting) = state.withLock { $0.close() }
        for caller in waiting { caller.resume(throwing: MongoError(.closed, "the database was closed")) }
        // At once, since each of them looks for a server that may be gone.
        await withTaskGroup(of: Void.self) { group in
            for connection in idle { group.addTask { await connection.closeSoon() } }
        }
    }

    private func take() async throws -> MongoConnection {
        let ticket = state.withLock { $0.issueTicket() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { caller in
                switch state.withLock({ $0.take(ticket, caller) }) {
                case .connection(let connection): caller.resume(returning: connection)
                case .room: makeConnection(for: ticket, caller)
                case .refusal(let error): caller.resume(throwing: error)
                case .queued: startAlarm(of: ticket)
                }
            }
        } onCancel: {
            abandon(ticket, CancellationError())
        }
    }

    /// Begins the time of a caller that waits.
    private func startAlarm(of ticket: UInt64) {
        let alarm = Task { [limits] in
            try await Task.sleep(for: limits.connection)
            abandon(ticket, MongoError(.busy, "all connections were taken for too long"))
        }
        if !state.withLock({ $0.set(alarm, of: ticket) }) { alarm.cancel() }
        // The handler of the cancellation may have come before there was anything to cancel.
        if Task.isCancelled { abandon(ticket, CancellationError()) }
    }

    /// Makes a connection in a room that was kept for it.
    private func makeConnection(for ticket: UInt64, _ caller: Caller) {
        do throws(MongoError) {
            caller.resume(returning: try make())
        } catch {
            switch state.withLock({ $0.giveRoom(of: ticket, caller) }) {
            case .queued: startAlarm(of: ticket)
            case .refused(let callers): for caller in callers { caller.resume(throwing: error) }
            }
        }
    }

    /// Takes a connection back; one whose thread may be away still is left to itself, and replaced when needed.
    private func give(_ connection: MongoConnection, isGone: Bool) {
        guard !isGone else {
            connection.closeOnceBack()
            if let next = state.withLock({ $0.replace() }) { makeConnection(for: next.ticket, next.caller) }
            return
        }
        switch state.withLock({ $0.give(connection) }) {
        case .kept: break
        case .passedOn(let caller): caller.resume(returning: connection)
        case .unwanted: Task { await connection.closeSoon() }
        }
    }

    private func abandon(_ ticket: UInt64, _ error: any Error) {
        state.withLock { $0.remove(ticket) }?.resume(throwing: error)
    }
}

extension ConnectionPool {
    private typealias Caller = CheckedContinuation<MongoConnection, any Error>

    /// Who waits, and what is free.
    private struct State {
        private struct Waiter {
            let ticket: UInt64
            let caller: Caller
            var alarm: Task<Void, any Error>?
        }

        enum Taking { case connection(MongoConnection), room, queued, refusal(MongoError) }
        enum Giving { case kept, passedOn(Caller), unwanted }
        enum Failing { case queued, refused([Caller]) }

        /// How many more connections may be made.
        private var room: Int
        private let size: Int
        private let queueLimit: Int
        private var idle: [MongoConnection] = []
        private var waiters: [Waiter] = []
        private var lastTicket: UInt64 = 0
        private var isClosed = false

        init(room: Int, queueLimit: Int) {
            self.room = room
            size = room
            self.queueLimit = queueLimit
        }

        mutating func issueTicket() -> UInt64 {
            lastTicket += 1
            return lastTicket
        }

        mutating func take(_ ticket: UInt64, _ caller: Caller) -> Taking {
            guard !isClosed else { return .refusal(MongoError(.closed, "the database was closed")) }
            // The one that was used last is the likeliest to be still connected.
            if let connection = idle.popLast() { return .connection(connection) }
            if room > 0 {
                room -= 1
                return .room
            }
            guard waiters.count < queueLimit else {
                return .refusal(MongoError(.busy, "too many calls wait for a connection"))
            }
            waiters.append(Waiter(ticket: ticket, caller: caller))
            return .queued
        }

        mutating func give(_ connection: MongoConnection) -> Giving {
            guard !isClosed else { return .unwanted }
            guard !waiters.isEmpty else {
                idle.append(connection)
                return .kept
            }
            let waiter = waiters.removeFirst()
            waiter.alarm?.cancel()
            return .passedOn(waiter.caller)
        }

        /// Takes note that a connection is gone.
        /// - Returns: who is to have one in its place; `nil` when there is room for another one.
        mutating func replace() -> (ticket: UInt64, caller: Caller)? {
            guard !isClosed, !waiters.isEmpty else {
                room += 1
                return nil
            }
            let waiter = waiters.removeFirst()
            waiter.alarm?.cancel()
            return (waiter.ticket, waiter.caller)
        }

        /// Takes note that a connection could not be made.
        ///
        /// The caller waits for one of those that are in use, if there are any; else nobody can have one.
        mutating func giveRoom(of ticket: UInt64, _ caller: Caller) -> Failing {
            room += 1
            if !isClosed, room + idle.count < size, waiters.count < queueLimit {
                waiters.insert(Waiter(ticket: ticket, caller: caller), at: 0)
                return .queued
            }
            defer { waiters = [] }
            for waiter in waiters { waiter.alarm?.cancel() }
            return .refused([caller] + waiters.map(\.caller))
        }

        /// Whether the caller still waits and is given up when the alarm goes off.
        mutating func set(_ alarm: Task<Void, any Error>, of ticket: UInt64) -> Bool {
            guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return false }
            waiters[index].alarm = alarm
            return true
        }

        mutating func remove(_ ticket: UInt64) -> Caller? {
            guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            let waiter = waiters.remove(at: index)
            waiter.alarm?.cancel()
            return waiter.caller
        }

        mutating func close() -> (idle: [MongoConnection], waiting: [Caller]) {
            isClosed = true
            defer {
                idle = []
                waiters = []
            }
            for waiter in waiters { waiter.alarm?.cancel() }
            return (idle, waiters.map(\.caller))
        }
    }
}
