public import LogModel

/// Bounds how often a client token may ask for provisioning (`sdk.init_rate`).
///
/// A bucket of `perMinute` tokens per client token, which fills up evenly. Counts are per process.
public actor InitRate {
    private let perMinute: Int
    private let clock: any WallClock
    private var buckets: [TokenID: (level: Double, at: Timestamp)] = [:]

    /// Beyond this many client tokens, full buckets are forgotten.
    private static let rememberedTokens = 10_000

    /// A limit of `perMinute` calls; must be positive.
    public init(perMinute: Int, clock: any WallClock) {
        precondition(perMinute > 0, "an init rate must be positive")
        self.perMinute = perMinute
        self.clock = clock
    }

    /// Takes one call.
    /// - Returns: `nil` when it may go on, else how long to wait.
    public func take(_ token: TokenID) -> Duration? {
        let now = clock.now()
        if buckets.count >= InitRate.rememberedTokens {
            buckets = buckets.filter { level(of: $0.value, at: now) < Double(perMinute) }
        }
        let available = buckets[token].map { level(of: $0, at: now) } ?? Double(perMinute)
        guard available >= 1 else {
            return .milliseconds(Int64(((1 - available) * 60_000 / Double(perMinute)).rounded(.up)))
        }
        buckets[token] = (available - 1, now)
        return nil
    }

    private func level(of bucket: (level: Double, at: Timestamp), at now: Timestamp) -> Double {
        // A clock that stepped back fills nothing and takes nothing away.
        let elapsed = max(0, Double(now.nanoseconds - bucket.at.nanoseconds) / 60_000_000_000)
        return min(Double(perMinute), bucket.level + elapsed * Double(perMinute))
    }
}
