/// Says when a transfer has taken too long, apart from the connect limit, which curl watches itself.
struct TransferClock {
    typealias Instant = ContinuousClock.Instant

    private let idle: Duration
    private let end: Instant?
    private var lastActivity: Instant?
    private var isPaused = false
    private var bytesMoved: Int64 = 0

    init(_ timeouts: HTTPTimeouts, startedAt: Instant) {
        idle = timeouts.idle
        end = timeouts.total.map { startedAt.advanced(by: $0) }
    }

    /// Whether there is a connection, so that silence counts.
    var isConnected: Bool { lastActivity != nil }

    /// When the next limit passes unless something happens before.
    var deadline: Instant? {
        guard !isPaused, let silent = lastActivity?.advanced(by: idle) else { return end }
        return end.map { min($0, silent) } ?? silent
    }

    mutating func connected(at now: Instant) { lastActivity = lastActivity ?? now }

    mutating func noteActivity(at now: Instant) { lastActivity = now }

    /// Counts as activity when the number of bytes moved in both directions has changed.
    mutating func noteProgress(_ bytesMoved: Int64, at now: Instant) {
        guard bytesMoved != self.bytesMoved else { return }
        self.bytesMoved = bytesMoved
        lastActivity = now
    }

    /// The reader holds the transfer up; silence does not count.
    mutating func pause() { isPaused = true }

    mutating func resume(at now: Instant) {
        isPaused = false
        lastActivity = now
    }

    func passedLimit(at now: Instant) -> HTTPTimeLimit? {
        if let end, now >= end { return .total }
        guard let deadline, now >= deadline else { return nil }
        return .idle
    }
}
