import BlockingExecutor

/// A call to the store as others may see it while a thread is away for it, over all its attempts.
final class MongoCall: Sendable {
    private struct State {
        var what = "a connection"
        var since = ContinuousClock.now
        var began = ContinuousClock.now
        /// When a primary last said something, or showed that it works on what was asked.
        var heard = ContinuousClock.now
        var cancelled: ContinuousClock.Instant?
        var isCommitting = false
        var isGivenUp = false
    }

    private let isEndless: Bool
    private let state = Locked(State())

    /// - Parameter isEndless: whether neither a statement of the call nor all of them have a limit.
    init(isEndless: Bool = false) { self.isEndless = isEndless }

    /// What is waited for, and since when.
    struct Sight: Sendable {
        /// A command and its collection, without values.
        let what: String
        let since: ContinuousClock.Instant
        let isCommitting: Bool
    }

    /// What is waited for.
    var sight: Sight { state.withLock { Sight(what: $0.what, since: $0.since, isCommitting: $0.isCommitting) } }

    /// Whether the caller waits no more.
    var isGivenUp: Bool { state.withLock { $0.isGivenUp } }

    /// Whether the caller was cancelled.
    var isCancelled: Bool { state.withLock { $0.cancelled != nil } }

    /// Notes that something is waited for.
    /// - Parameters:
    ///   - what: what, without values.
    ///   - isCommitting: whether it decides on a transaction.
    /// - Throws: ``MongoError`` when the caller was told already that the call is given up: nothing is sent for it.
    func begin(_ what: String, isCommitting: Bool = false) throws(MongoError) {
        try state.withLock { state throws(MongoError) in
            guard !state.isGivenUp else { throw MongoError(.network, "the call was given up") }
            (state.what, state.since, state.isCommitting) = (what, .now, isCommitting)
        }
    }

    /// Notes that the statement is over, and with it what it decided on.
    func end() { state.withLock { $0.isCommitting = false } }

    /// Notes that a primary gave a sign.
    func hear(at moment: ContinuousClock.Instant) { state.withLock { $0.heard = max($0.heard, moment) } }

    /// Notes that the caller was cancelled.
    func cancel() { state.withLock { $0.cancelled = $0.cancelled ?? .now } }

    /// Why the call is given up; nothing is sent for it from then on.
    enum Verdict: Sendable {
        /// No primary gave a sign for too long.
        case unheard(Duration)
        /// An answer, or all of them together, took too long.
        case slow
        /// The caller was cancelled, and the thread has not come back.
        case cancelled
    }

    /// Gives the call up when its time is over.
    /// - Parameters:
    ///   - limits: how much time it has.
    ///   - isSlow: whether an answer has taken too long.
    ///   - isWatched: whether signs of primaries are noted at all.
    /// - Returns: why, and what was waited for; `nil` when it goes on.
    func giveUp(
        _ limits: MongoLimits, isSlow: Bool, isWatched: Bool
    ) -> (verdict: Verdict, sight: Sight)? {
        state.withLock { state in
            guard !state.isGivenUp, let verdict = verdict(state, limits, isSlow: isSlow, isWatched: isWatched) else {
                return nil
            }
            state.isGivenUp = true
            return (verdict, Sight(what: state.what, since: state.since, isCommitting: state.isCommitting))
        }
    }

    private func verdict(_ state: State, _ limits: MongoLimits, isSlow: Bool, isWatched: Bool) -> Verdict? {
        let now = ContinuousClock.now
        if let cancelled = state.cancelled {
            // A commit that was sent is waited for as long as there are signs of a primary.
            let since = state.isCommitting ? max(cancelled, state.heard) : cancelled
            if now - since > limits.stuck { return .cancelled }
        }
        if isWatched, now - state.heard > limits.patience { return .unheard(now - state.heard) }
        return !isEndless && (isSlow || now - state.began > limits.call) ? .slow : nil
    }
}
