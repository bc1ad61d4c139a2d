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
    private let state = Locked(State())

    private struct State {
        var lastNumber: UInt64 = 0
        var calls: [UInt64: Call] = [:]
        var isLooking = false
        var held = 0
    }

    private struct Call {
        let state: CallState
        let refuse: @Sendable (PostgresError) -> Void
    }

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
    }

    /// How many threads are inside of the client library although their calls were given up.
    var held: Int { state.withLock { $0.held } }

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
        try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Value, any Error>) in
            let caller = Once(caller)
            let number = add(Call(state: call) { caller.take()?.resume(throwing: $0) })
            Task {
                let outcome: Result<Value, any Error>
                do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
                remove(number)
                if let caller = caller.take() { return caller.resume(with: outcome) }
                await late()
                state.withLock { $0.held -= 1 }
            }
        }
    }

    private func add(_ call: Call) -> UInt64 {
        let (number, mustLook) = state.withLock { state in
            state.lastNumber += 1
            state.calls[state.lastNumber] = call
            defer { state.isLooking = true }
            return (state.lastNumber, !state.isLooking)
        }
        if mustLook { Task { await look() } }
        return number
    }

    private func remove(_ number: UInt64) { state.withLock { _ = $0.calls.removeValue(forKey: number) } }

    /// Looks for late threads as long as there are calls.
    private func look() async {
        while true {
            try? await Task.sleep(for: limits.stuck / 4)
            let calls = state.withLock { state in
                state.isLooking = !state.calls.isEmpty
                return state.calls
            }
            guard !calls.isEmpty else { return }
            for (number, call) in calls {
                guard let sight = call.state.giveUp(after: limits.stuck) else { continue }
                giveUp(number, call, sight)
            }
        }
    }

    private func giveUp(_ number: UInt64, _ call: Call, _ sight: CallState.Sight) {
        let isUnderWay = state.withLock { state in
            guard state.calls.removeValue(forKey: number) != nil else { return false }
            state.held += 1
            return true
        }
        guard isUnderWay else { return }
        let duration = ContinuousClock.now - sight.since
        let what = sight.what.shortened
        var error = PostgresError(
            .timedOut, "a thread has not come back from the client library for \(duration.inSeconds): \(what)")
        error.isOutcomeUnknown = sight.isCommitting
        observe(
            .callGivenUp(
                GivenUpCall(reason: .stuck, waitedFor: what, duration: duration, threadsHeld: held)))
        call.refuse(error)
    }
}

/// A continuation that whoever comes first may have.
private final class Once<Value: Sendable>: Sendable {
    private let caller: Locked<CheckedContinuation<Value, any Error>?>

    init(_ caller: CheckedContinuation<Value, any Error>) { self.caller = Locked(caller) }

    func take() -> CheckedContinuation<Value, any Error>? {
        caller.withLock { caller in
            defer { caller = nil }
            return caller
        }
    }
}

extension Duration {
    /// Whole seconds, or tenths below ten, as messages have them.
    var inSeconds: String {
        let tenths = components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) s" : "\(tenths / 10) s"
    }
}
