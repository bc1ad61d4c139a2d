/// Sees to it that callers are answered even when a thread does not come back from a library of C.
///
/// Such a thread cannot be ended: it is given up together with what it works on, and counted. Whoever makes new ones looks
/// at ``held`` first, so that their number is bounded.
public final class CallKeeper: Sendable {
    /// Ends a call that is given up: told how many threads are held with this one, it gives the error for the caller.
    public typealias GivingUp = @Sendable (_ held: Int) -> any Error

    private let interval: Duration
    private let state = Locked(State())

    private struct State {
        var lastNumber: UInt64 = 0
        var calls: [UInt64: Call] = [:]
        var isLooking = false
        var held = 0
    }

    private struct Call {
        let judge: @Sendable () -> GivingUp?
        let refuse: @Sendable (any Error) -> Void
    }

    /// - Parameter interval: how often each call is judged.
    public init(interval: Duration) { self.interval = interval }

    /// How many threads have not come back although their calls were given up.
    public var held: Int { state.withLock { $0.held } }

    /// Waits for a call until it is done or given up.
    /// - Parameters:
    ///   - judge: asked at every interval, on a thread of the pool that all tasks share, whether to give the call up; it
    ///     must not block.
    ///   - late: what is done when the thread comes back after the call was given up.
    ///   - body: hands the work to the thread, and returns when it is done; in a task of its own, which goes on when the
    ///     caller waits no more.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, or the error of who gave the call up.
    public func follow<Value: Sendable>(
        judge: @escaping @Sendable () -> GivingUp?, late: @escaping @Sendable () async -> Void,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Value, any Error>) in
            let number = add(Call(judge: judge) { caller.resume(throwing: $0) })
            Task {
                let outcome: Result<Value, any Error>
                do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
                // Whoever takes the call out answers the caller.
                if remove(number) { return caller.resume(with: outcome) }
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

    /// - Returns: whether the call was there still, and not given up.
    private func remove(_ number: UInt64) -> Bool {
        state.withLock { $0.calls.removeValue(forKey: number) != nil }
    }

    /// Judges calls as long as there are any.
    private func look() async {
        while true {
            try? await Task.sleep(for: interval)
            let calls = state.withLock { state in
                state.isLooking = !state.calls.isEmpty
                return state.calls
            }
            guard !calls.isEmpty else { return }
            for (number, call) in calls {
                if let givingUp = call.judge() { giveUp(number, call, givingUp) }
            }
        }
    }

    private func giveUp(_ number: UInt64, _ call: Call, _ givingUp: GivingUp) {
        let held = state.withLock { state -> Int? in
            guard state.calls.removeValue(forKey: number) != nil else { return nil }
            state.held += 1
            return state.held
        }
        if let held { call.refuse(givingUp(held)) }
    }
}
