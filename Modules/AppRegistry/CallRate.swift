public import LogModel

/// Limits how often each caller may do something, such as ask for provisioning.
///
/// Each key has a bucket of `perMinute` calls, which fills evenly. Counts are per process. Their memory is bounded:
/// with more keys than it can hold at a time, all counts are reset.
public actor CallRate<Key: Hashable & Sendable> {
    private let perMinute: Int
    private let clock: any WallClock
    private let mostKeys: Int
    private var buckets: [Key: (level: Double, at: Timestamp)] = [:]
    private var nextSweep: Int

    /// Makes a limit of `perMinute` calls of each key; it must be positive.
    /// - Parameters:
    ///   - perMinute: how many calls a full bucket holds, and how many are added in a minute.
    ///   - clock: the time of day.
    ///   - mostKeys: how many keys are remembered at most.
    public init(perMinute: Int, clock: any WallClock, mostKeys: Int = 100_000) {
        precondition(perMinute > 0 && mostKeys > 0, "a rate and its memory must be positive")
        self.perMinute = perMinute
        self.clock = clock
        self.mostKeys = mostKeys
        nextSweep = min(10_000, mostKeys)
    }

    /// The number of keys that are remembered.
    public var remembered: Int { buckets.count }

    /// Uses one call of a key's bucket.
    /// - Returns: `nil` when the call is allowed, else how long to wait.
    public func take(_ key: Key) -> Duration? {
        if let wait = wait(for: key) { return wait }
        let now = clock.now()
        if buckets[key] == nil, buckets.count >= nextSweep { sweep(at: now) }
        buckets[key] = (level(of: key, at: now) - 1, now)
        return nil
    }

    /// The result of an attempt that uses a call only when it fails.
    public enum Attempt: Sendable, Hashable {
        /// The attempt succeeded, and used no call.
        case succeeded
        /// The attempt failed, and used one call.
        case failed
        /// The attempt was not made: the caller must wait for this long.
        case refused(Duration)
    }

    /// Makes an attempt that uses a call only when it fails.
    ///
    /// The check, the attempt and the use are one atomic step. So of simultaneous callers no more are tried than the
    /// bucket holds.
    public func attempt(_ key: Key, _ succeeds: @Sendable () -> Bool) -> Attempt {
        if let wait = wait(for: key) { return .refused(wait) }
        if succeeds() { return .succeeded }
        _ = take(key)
        return .failed
    }

    /// Returns how long a key has to wait for its next call; `nil` when it need not wait.
    ///
    /// No call is used.
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
