import LogModel

/// When a server that failed may be tried again: later with each failure, and at random, so that it is not met by all
/// of its clients at once.
struct Backoff {
    private let limits: RedisLimits
    private var failures = 0
    private(set) var notBefore: ContinuousClock.Instant?

    init(_ limits: RedisLimits) { self.limits = limits }

    /// Notes a failure at `now`.
    mutating func fail(at now: ContinuousClock.Instant, _ entropy: any Entropy) {
        let ceiling = min(limits.shortestPause * (1 << min(failures, 10)), limits.longestPause)
        let share = Double(entropy.number(below: 1 << 20)) / Double(1 << 20)
        notBefore = now + ceiling * (0.5 + share / 2)
        failures += 1
    }

    /// Notes that the server answered.
    mutating func succeed() {
        failures = 0
        notBefore = nil
    }
}
