import BlockingExecutor
import CallLedger
import HostLookup
import StoreSupport

/// Sees to it that the callers of a store are answered even when a thread does not come back from the client library.
///
/// Such a thread cannot be ended: it is given up together with its connection, and counted. When there are as many as
/// there may be, nothing is begun that could add another one.
final class CallWatch: Sendable {
    let limits: PostgresLimits
    let lookup: HostLookup
    /// The calls that are under way.
    let calls: CallLedger
    let observe: @Sendable (StoreEvent) -> Void
    private let keeper: CallKeeper

    /// - Parameters:
    ///   - limits: how long what may take.
    ///   - lookup: finds the addresses of hosts.
    ///   - calls: where calls are entered while they are under way.
    ///   - observe: is told of what was given up.
    init(
        limits: PostgresLimits = PostgresLimits(), lookup: HostLookup = .system, calls: CallLedger = CallLedger(),
        observe: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) {
        self.limits = limits
        self.lookup = lookup
        self.calls = calls
        self.observe = observe
        keeper = CallKeeper(interval: limits.stuck / 4)
    }

    /// How many threads are inside of the client library although their calls were given up.
    var held: Int { keeper.held }

    /// Makes sure that another thread may go into the client library.
    /// - Throws: ``PostgresError``.
    func admit() throws(PostgresError) {
        let held = held
        guard held < limits.heldThreads else {
            throw PostgresError(
                .connectionLost,
                "\(held) threads have not come back from the client library: no connection is made until one has")
        }
    }

    /// Waits for a call, but no longer than its thread may be late.
    /// - Parameters:
    ///   - call: what the thread waits for.
    ///   - body: hands the work to the thread, and returns when it is done.
    ///   - late: what is done when the thread comes back after the call was given up.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, or ``PostgresError``.
    func follow<Value: Sendable>(
        _ call: CallState, _ body: @escaping @Sendable () async throws -> Value,
        late: @escaping @Sendable () async -> Void
    ) async throws -> Value {
        try await keeper.follow(judge: { self.judge(call) }, late: late, body)
    }

    /// Gives a call up whose thread is late.
    private func judge(_ call: CallState) -> CallKeeper.GivingUp? {
        guard let sight = call.giveUp(after: limits.stuck) else { return nil }
        return { [observe] held in
            let duration = ContinuousClock.now - sight.since
            let what = sight.what.shortened
            observe(
                .callGivenUp(
                    GivenUpCall(reason: .stuck, waitedFor: what, duration: duration, threadsHeld: held)))
            var error = PostgresError(
                .timedOut, "a thread has not come back from the client library for \(duration.inSeconds): \(what)")
            error.isOutcomeUnknown = sight.isCommitting
            return error
        }
    }
}
