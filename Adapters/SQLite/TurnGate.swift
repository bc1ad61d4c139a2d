import BlockingExecutor

/// Lets so many calls go on at a time; the others wait in the order in which they came.
///
/// The queues of connections have no limits: calls behind one that waits for another process would each begin to wait for
/// it when the one in front has given up.
final class TurnGate: Sendable {
    private struct Waiter {
        let ticket: UInt64
        let caller: CheckedContinuation<Void, any Error>
        var timer: Task<Void, Never>?
    }

    private struct State {
        var free: Int
        var lastTicket: UInt64 = 0
        var waiters: [Waiter] = []
        /// Tickets whose callers left before they waited.
        var early: Set<UInt64> = []
    }

    private let state: Locked<State>
    private let most: Int

    /// - Parameters:
    ///   - turns: how many calls go on at a time.
    ///   - waiting: how many more may wait.
    init(turns: Int, waiting: Int) {
        state = Locked(State(free: turns))
        most = waiting
    }

    /// Why a call had no turn.
    enum Refusal: Error {
        /// The calls before it took too long.
        case late
        /// As many wait as may wait.
        case full
    }

    /// Waits for a call's turn, as long as its clock says; the turn lasts until ``leave()``.
    /// - Throws: ``Refusal``, or `CancellationError` when the caller left before its turn.
    func enter(_ clock: CallClock) async throws {
        guard !enteredAtOnce else { return }
        let start = ContinuousClock.now
        try await wait(within: clock.waitLeft)
        clock.spend(.now - start)
    }

    /// Waits for a turn, which lasts until ``leave()``.
    /// - Throws: ``Refusal``, or `CancellationError` when the caller left before its turn.
    func enter(within limit: Duration) async throws {
        if !enteredAtOnce { try await wait(within: limit) }
    }

    /// Gives the turn to the call that has waited longest.
    func leave() {
        let next = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        guard let next else { return }
        next.timer?.cancel()
        next.caller.resume()
    }

    private var enteredAtOnce: Bool {
        state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
    }

    private func wait(within limit: Duration) async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        defer { state.withLock { _ = $0.early.remove(ticket) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { caller in
                let answer = state.withLock { state -> Result<Void, any Error>? in
                    if state.early.contains(ticket) { return .failure(CancellationError()) }
                    if state.free > 0 {
                        state.free -= 1
                        return .success(())
                    }
                    guard state.waiters.count < most else { return .failure(Refusal.full) }
                    state.waiters.append(Waiter(ticket: ticket, caller: caller, timer: nil))
                    return nil
                }
                if let answer { return caller.resume(with: answer) }
                startTimer(ticket, limit)
            }
        } onCancel: {
            abandon(ticket, CancellationError())
        }
    }

    /// Begins the time of a call that waits; it may have its turn already.
    private func startTimer(_ ticket: UInt64, _ limit: Duration) {
        let timer = Task { [weak self] in
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            self?.abandon(ticket, Refusal.late)
        }
        let isWaiting = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else { return false }
            state.waiters[index].timer = timer
            return true
        }
        if !isWaiting { timer.cancel() }
    }

    private func abandon(_ ticket: UInt64, _ error: any Error) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else {
                if error is CancellationError { state.early.insert(ticket) }
                return nil
            }
            return state.waiters.remove(at: index)
        }
        guard let waiter else { return }
        waiter.timer?.cancel()
        waiter.caller.resume(throwing: error)
    }
}
