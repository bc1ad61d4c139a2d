import LogModel

/// How often and after which waits a call is tried again.
public struct RetryPolicy: Sendable, Hashable {
    /// How many attempts there are in all, at least one.
    public var attempts: Int
    /// The ceiling of the first wait; it doubles with every further one.
    public var firstWait: Duration
    /// The highest ceiling of a wait.
    public var longestWait: Duration
    /// The longest `Retry-After` that is waited for here; a longer one is the caller's business.
    public var longestAskedWait: Duration

    /// Sets all four.
    public init(
        attempts: Int = 4, firstWait: Duration = .milliseconds(200), longestWait: Duration = .seconds(5),
        longestAskedWait: Duration = .seconds(20)
    ) {
        self.attempts = max(1, attempts)
        self.firstWait = firstWait
        self.longestWait = longestWait
        self.longestAskedWait = longestAskedWait
    }

    /// How long to wait after an attempt that failed; `nil` to give up.
    ///
    /// "Full jitter": evenly spread from nothing to a ceiling that doubles, so that clients that failed together do
    /// not come back together. What the server asks for is the least.
    func wait(afterAttempt attempt: Int, asked: Duration?, entropy: any Entropy) -> Duration? {
        guard attempt < attempts else { return nil }
        if let asked, asked > longestAskedWait { return nil }
        let doublings = min(attempt - 1, 30)
        let ceiling = min(longestWait, firstWait * (1 << doublings))
        let spread = UInt64(max(0, ceiling / .milliseconds(1))) + 1
        return max(asked ?? .zero, .milliseconds(Int64(entropy.number(below: spread))))
    }
}
