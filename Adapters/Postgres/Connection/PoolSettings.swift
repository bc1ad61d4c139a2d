/// Bounds of a pool of connections.
struct PoolSettings: Sendable {
    /// Connections at the same time.
    var size = 8
    /// Callers that may wait for one.
    var queueLimit = 1024
    /// How long a caller waits for one.
    var waitLimit: Duration = .seconds(10)
    /// Wait before the second attempt to connect; it doubles with each further one.
    var firstPause: Duration = .milliseconds(50)
    /// Longest wait between two attempts.
    var longestPause: Duration = .seconds(2)

    /// The wait before an attempt, the first being number 1, by chance between half and all of what is due.
    func pause(before attempt: Int) -> Duration {
        let due = min(longestPause, firstPause * (1 << min(attempt, 16)))
        return due / 2 * (1 + Double.random(in: 0...1))
    }
}
