import BlockingExecutor
import Foundation
import GRDB
import GRDBSQLite

/// The time of one call: how long it may wait and work, and whether somebody still waits for it.
///
/// A thread inside of SQLite cannot be cancelled. SQLite asks the clock instead, whether to wait on for another process's
/// lock and, now and again, whether to go on with a statement.
final class CallClock: Sendable {
    /// The clock of the call that goes on.
    @TaskLocal static var current: CallClock?

    /// After how many instructions of SQLite's machine it is asked whether to go on: a tenth of a millisecond or so.
    static let step = 10_000
    /// Pauses between attempts to take a lock that another process holds; the last one is repeated.
    private static let pauses: [Duration] = [1, 2, 5, 10, 15, 20].map { .milliseconds($0) }

    /// What a call does.
    enum Phase: Sendable {
        /// It waits for calls of this process.
        case turn
        /// It waits for another process.
        case lock
        /// Its statements run.
        case work
    }

    private struct State {
        var phase = Phase.turn
        var waitLeft: Duration
        /// Up to when the waiting that goes on is counted.
        var counted = ContinuousClock.now
        /// Until when the thread has promised to come back.
        var due: ContinuousClock.Instant?
        /// Until when statements may run.
        var end: ContinuousClock.Instant?
        /// How many more steps may be made, if they are counted.
        var stepsLeft: Int?
        var hasEnded: Ending?
    }

    /// Why the statements of a call are ended.
    enum Ending: Error {
        /// Nobody waits for it.
        case left
        /// The same, while another process held the lock on the file.
        case leftLocked
        /// It has taken as long as it may.
        case tooLong
    }

    private let limits: SQLiteLimits
    private let state: Locked<State>
    private let isClosing: @Sendable () -> Bool

    /// - Parameters:
    ///   - limits: how long the call may take.
    ///   - isClosing: whether all calls shall end.
    init(_ limits: SQLiteLimits, isClosing: @escaping @Sendable () -> Bool = { false }) {
        self.limits = limits
        self.isClosing = isClosing
        state = Locked(State(waitLeft: limits.wait))
    }

    /// What it does.
    var phase: Phase { state.withLock { $0.phase } }

    /// Whether nobody waits for the call any more.
    var isLeft: Bool { state.withLock { $0.hasEnded == .left } || isClosing() }

    /// Notes that nobody waits for the call any more.
    func leave() { state.withLock { $0.hasEnded = .left } }

    // MARK: - Waiting

    /// Notes that the call has its turn, and that a thread goes on with it.
    func begin() { state.withLock { $0.due = .now + $0.waitLeft + limits.call } }

    /// Whether the thread has not come back in time; `false` while the call waits for its turn.
    var isLate: Bool {
        state.withLock { state in
            guard let due = state.due else { return false }
            return .now > due + limits.stuck
        }
    }

    /// What the call may still wait.
    var waitLeft: Duration { state.withLock { $0.waitLeft } }

    /// Counts what the call has waited for its turn.
    func spend(_ time: Duration) { state.withLock { $0.waitLeft -= time } }

    /// Lets the clock of the call that goes on say how long a connection waits for locks.
    static func install(in db: Database) {
        guard let connection = unsafe db.sqliteConnection else { return }
        unsafe sqlite3_busy_handler(
            connection, { _, tries in CallClock.current?.waitForLock(after: Int(tries)) == true ? 1 : 0 }, nil)
    }

    /// Waits a little for another process.
    /// - Parameter tries: how often this was asked for the same lock before.
    /// - Returns: whether to try again.
    func waitForLock(after tries: Int) -> Bool {
        let left = state.withLock { state in
            let now = ContinuousClock.now
            if tries > 0 { state.waitLeft -= now - state.counted }
            (state.counted, state.phase) = (now, .lock)
            return state.waitLeft
        }
        guard left > .zero, !isLeft else { return false }
        let pause = CallClock.pauses[min(tries, CallClock.pauses.count - 1)]
        Thread.sleep(forTimeInterval: min(pause, left) / .seconds(1))
        state.withLock { state in
            let now = ContinuousClock.now
            state.waitLeft -= now - state.counted
            state.counted = now
        }
        return !isLeft
    }

    // MARK: - Working

    /// Runs statements, and ends them when nobody waits for them or when they take too long.
    /// - Throws: ``Ending``, or what `work` throws.
    func run<Value>(in db: Database, _ work: () throws -> Value) throws -> Value {
        state.withLock { ($0.phase, $0.end) = (.work, .now + limits.call) }
        guard let connection = unsafe db.sqliteConnection else { return try work() }
        // The handler is taken away before this returns.
        unsafe sqlite3_progress_handler(
            connection, Int32(CallClock.step),
            { context in
                guard let context = unsafe context else { return 0 }
                return unsafe Unmanaged<CallClock>.fromOpaque(context).takeUnretainedValue().mustEnd() ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
        defer { unsafe sqlite3_progress_handler(connection, 0, nil, nil) }
        do {
            return try work()
        } catch let error as DatabaseError where error.isInterruption {
            throw state.withLock { $0.hasEnded } ?? (isClosing() ? Ending.left : error as any Error)
        }
    }

    /// Runs statements that give no part of their answer, for so many steps at most.
    /// - Returns: what the statements give; `nil` when they were given up since they took too many steps.
    static func run<Value>(steps: Int, _ work: () throws -> Value) throws -> Value? {
        guard let clock = current else { return try work() }
        clock.state.withLock { $0.stepsLeft = steps }
        defer { clock.state.withLock { $0.stepsLeft = nil } }
        do {
            return try work()
        } catch let error as DatabaseError where error.isInterruption {
            let isSpent = clock.state.withLock { $0.hasEnded == nil && ($0.stepsLeft ?? 0) < 0 }
            guard isSpent else { throw error }
            return nil
        }
    }

    private func mustEnd() -> Bool {
        let mustEnd = state.withLock { state in
            if let left = state.stepsLeft { state.stepsLeft = left - 1 }
            if state.hasEnded == nil, let end = state.end, .now > end { state.hasEnded = .tooLong }
            return state.hasEnded != nil || (state.stepsLeft ?? 0) < 0
        }
        return mustEnd || isClosing()
    }
}

extension DatabaseError {
    fileprivate var isInterruption: Bool { resultCode.primaryResultCode == .SQLITE_INTERRUPT }
}
