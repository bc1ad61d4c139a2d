import BlockingExecutor
import StoreSupport

/// Sees to it that callers are answered even when a thread does not come back from SQLite, as from a disk that hangs.
///
/// Such a thread cannot be ended. Its call is given up, and its connection is free again when it comes back.
final class StuckWatch: Sendable {
    private struct State {
        var lastNumber: UInt64 = 0
        var calls: [UInt64: Call] = [:]
        var isLooking = false
        var held = 0
    }

    private struct Call {
        let clock: CallClock
        let site: CallSite
        let since: ContinuousClock.Instant
        let refuse: @Sendable (StuckCall) -> Void
    }

    private let state = Locked(State())
    private let limits: SQLiteLimits
    private let observe: @Sendable (StoreEvent) -> Void

    /// - Parameters:
    ///   - limits: how long threads may be away.
    ///   - observe: is told of calls that were given up.
    init(_ limits: SQLiteLimits, observe: @escaping @Sendable (StoreEvent) -> Void) {
        self.limits = limits
        self.observe = observe
    }

    /// Does a call's work on a thread, and waits for it no longer than the thread may be late.
    ///
    /// A caller that is cancelled ends the call's statements.
    /// - Parameters:
    ///   - site: what the call does.
    ///   - clock: the call's clock.
    ///   - threads: where the work is done.
    ///   - work: the work.
    ///   - end: is called when the thread is back, however late that is.
    /// - Returns: what `work` returns.
    /// - Throws: what `work` throws, or ``StuckCall``.
    func run<Value: Sendable>(
        _ site: CallSite, _ clock: CallClock, on threads: BlockingThreads,
        _ work: @escaping @Sendable () throws -> Value, end: @escaping @Sendable () -> Void
    ) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Value, any Error>) in
                let number = add(Call(clock: clock, site: site, since: .now) { caller.resume(throwing: $0) })
                do {
                    try threads.begin { [self] in
                        let outcome = Result { try CallClock.$current.withValue(clock) { try work() } }
                        end()
                        if isBack(number) { caller.resume(with: outcome) }
                    }
                } catch {
                    end()
                    if isBack(number) { caller.resume(throwing: error) }
                }
            }
        } onCancel: {
            clock.leave()
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

    /// Notes that the thread of a call is back.
    /// - Returns: whether somebody still waits for it.
    private func isBack(_ number: UInt64) -> Bool {
        state.withLock { state in
            if state.calls.removeValue(forKey: number) != nil { return true }
            state.held -= 1
            return false
        }
    }

    /// Looks for late threads as long as there are calls.
    private func look() async {
        while true {
            try? await Task.sleep(for: limits.stuck / 4)
            let calls = state.withLock { state in
                state.isLooking = !state.calls.isEmpty
                return state.calls
            }
            guard !calls.isEmpty else { return }
            for (number, call) in calls where call.clock.isLate { giveUp(number, call) }
        }
    }

    private func giveUp(_ number: UInt64, _ call: Call) {
        let held = state.withLock { state -> Int? in
            guard state.calls.removeValue(forKey: number) != nil else { return nil }
            state.held += 1
            return state.held
        }
        guard let held else { return }
        call.clock.leave()
        let duration = ContinuousClock.now - call.since
        observe(
            .callGivenUp(GivenUpCall(reason: .stuck, waitedFor: call.site.words, duration: duration, threadsHeld: held))
        )
        call.refuse(StuckCall(duration: duration))
    }
}

/// A thread did not come back from SQLite in time.
struct StuckCall: Error {
    /// How long it was waited for.
    let duration: Duration
}
