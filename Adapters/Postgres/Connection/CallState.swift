import BlockingExecutor

/// What the thread of a connection waits for, as others may see it while the thread is away.
final class CallState: Sendable {
    private struct State {
        var what = "the connection"
        var server: String?
        var since = ContinuousClock.now
        /// Until when the thread has promised to come back.
        var due = ContinuousClock.now
        var isCommitting = false
        var isGivenUp = false
        var isReady = false
    }

    private let state = Locked(State())

    /// What is waited for, and since when.
    struct Sight: Sendable {
        let what: String
        let since: ContinuousClock.Instant
        let isCommitting: Bool
        /// Which server has the connection; `nil` until there is one.
        var server: String?

        /// What is waited for and where, as messages have it.
        var words: String { what.shortened + (server.map { " at \($0)" } ?? "") }
    }

    /// Notes which server has the connection.
    func connected(to server: String) { state.withLock { $0.server = server } }

    /// Notes that something is waited for.
    /// - Parameters:
    ///   - what: what, without values and credentials.
    ///   - isCommitting: whether it decides on a transaction.
    ///   - due: until when.
    /// - Throws: ``PostgresError`` when the caller was told already that the call is given up.
    func begin(_ what: String, isCommitting: Bool = false, due: ContinuousClock.Instant) throws(PostgresError) {
        try state.withLock { state throws(PostgresError) in
            guard !state.isGivenUp else { throw PostgresError(.connectionLost, "the call was given up") }
            state.what = what
            state.since = .now
            state.due = due
            state.isCommitting = isCommitting
            state.isReady = false
        }
    }

    /// Notes that the thread needs longer.
    func extend(until due: ContinuousClock.Instant) { state.withLock { $0.due = due } }

    /// Notes that the thread is back, and whether the connection can take the next piece of work.
    func end(isReady: Bool) { state.withLock { $0.isReady = isReady && !$0.isGivenUp } }

    /// Whether the connection can take the next piece of work.
    var isReady: Bool { state.withLock { $0.isReady } }

    /// Whether nobody waits for the thread any more.
    var isGivenUp: Bool { state.withLock { $0.isGivenUp } }

    /// What is waited for.
    var sight: Sight {
        state.withLock { Sight(what: $0.what, since: $0.since, isCommitting: $0.isCommitting, server: $0.server) }
    }

    /// Gives the call up when its thread is late; nothing is sent for it from then on.
    /// - Returns: what was waited for; `nil` when it is not late.
    func giveUp(after margin: Duration) -> Sight? {
        state.withLock { state in
            guard !state.isGivenUp, ContinuousClock.now > state.due + margin else { return nil }
            state.isGivenUp = true
            state.isReady = false
            return Sight(
                what: state.what, since: state.since, isCommitting: state.isCommitting, server: state.server)
        }
    }
}

extension String {
    /// The beginning of a statement on one line, as messages have it.
    var shortened: String {
        let words = split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > 80 ? words.prefix(79) + "…" : words
    }
}
