public import LogModel

/// Bounds how often each of many callers may do something, such as ask for provisioning.
///
/// Each key has a bucket of `perMinute` calls, which fills up evenly. Counts are per process, and their memory is
/// bounded: under more keys than it can hold at a time, it begins anew.
public actor CallRate<Key: Hashable & Sendable> {
    private let perMinute: Int
    private let clock: any WallClock
    private let mostKeys: Int
    private var buckets: [Key: (level: Double, at: Timestamp)] = [:]
    private var nextSweep: Int

    /// A limit of `perMinute` calls of each key; must be positive.
    /// - Parameters:
    ///   - perMinute: how many calls a full bucket holds, and fills up with in a minute.
    ///   - clock: the time of day.
    ///   - mostKeys: how many keys are remembered at the most.
    public init(perMinute: Int, clock: any WallClock, mostKeys: Int = 100_000) {
        precondition(perMinute > 0 && mostKeys > 0, "a rate and its memory must be positive")
        self.perMinute = perMinute
        self.clock = clock
        self.mostKeys = mostKeys
        nextSweep = min(10_000, mostKeys)
    }

    /// How many keys are remembered.
    public var remembered: Int { buckets.count }

    /// Takes one call.
    /// - Returns: `nil` when it may go on, else how long to wait.
    public func take(_ key: Key) -> Duration? {
        if let wait = wait(for: key) { return wait }
        let now = clock.now()
        if buckets[key] == nil, buckets.count >= nextSweep { sweep(at: now) }
        buckets[key] = (level(of: key, at: now) - 1, now)
        return nil
    }

    /// What came of an attempt that is free when it succeeds.
    public enum Attempt: Sendable, Hashable {
        /// It succeeded, and took nothing.
        case succeeded
        /// It failed, and took one call.
        case failed
        /// It was not made: how long to wait.
        case refused(Duration)
    }

    /// Makes an attempt that takes a call only when it fails.
    ///
    /// Nothing comes between looking, trying and taking, so of callers at the same moment no more than the bucket holds
    /// are tried.
    public func attempt(_ key: Key, _ succeeds: @Sendable () -> Bool) -> Attempt {
        if let wait = wait(for: key) { return .refused(wait) }
        if succeeds() { return .succeeded }
        _ = take(key)
        return .failed
    }

    /// How long a key would have to wait for its next call, or `nil`; takes nothing.
    public func wait(for key: Key) -> Duration? {
        let now = clock.now()
        // From a clock that stepped back an empty bucket fills as from any other.
        if let bucket = buckets[key], now < bucket.at { buckets[key] = (bucket.level, now) }
        let available = level(of: key, at: now)
        guard available < 1 else { return nil }
        return .milliseconds(Int64(((1 - available) * 60_000 / Double(perMinute)).rounded(.up)))
    }

    /// Forgets full buckets.
    ///
    /// The next sweep is due when as many keys have come again, so that its cost stays small.
    private func sweep(at now: Timestamp) {
        buckets = buckets.filter { level(of: $0.key, at: now) < Double(perMinute) }
        if buckets.count >= mostKeys { buckets = [:] }
        nextSweep = min(mostKeys, max(10_000, 2 * buckets.count))
    }

    private func level(of key: Key, at now: Timestamp) -> Double {
        guard let bucket = buckets[key] else { return Double(perMinute) }
        // A clock that stepped back fills nothing and takes nothing away.
        let elapsed = max(0, Double(now.nanoseconds - bucket.at.nanoseconds) / 60_000_000_000)
        return min(Double(perMinute), bucket.level + elapsed * Double(perMinute))
    }
}
