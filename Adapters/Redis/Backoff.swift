import LogModel

/// When a server that failed may be tried again: later with each failure, and at random, so that it is not met by all
/// of its clients at once.
struct Backoff {
    private static let shortest: Duration = .milliseconds(100)
    private static let longest: Duration = .seconds(5)

    private var failures = 0
    private(set) var notBefore: ContinuousClock.Instant?

    /// Notes a failure at `now`.
    mutating func fail(at now: ContinuousClock.Instant, _ entropy: any Entropy) {
        let ceiling = min(Backoff.shortest * (1 << min(failures, 10)), Backoff.longest)
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
