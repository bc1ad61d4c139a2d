import DistributedLock

/// How long each thing may take and how large it may be; `Docs/Operations.md` lists the same ones.
struct RedisLimits: Sendable {
    /// A new connection over all addresses, the look-up of the host's name and signing in included.
    var connect: Duration = .seconds(2)
    /// An address that says nothing while a connection is made, when there are others to try.
    var address: Duration = .seconds(1)
    /// The least that a server gets to answer a call about a lock; within the bounds it is a twentieth of the lock's term.
    var shortestCall: Duration = RedlockRules.usualNodeTimeout.lowerBound
    /// The most that it gets.
    var longestCall: Duration = RedlockRules.usualNodeTimeout.upperBound
    /// How long the end of a lock may wait behind other calls to the same server.
    var release: Duration = .seconds(5)
    /// Pause after the first failure; it doubles with each further one.
    var shortestPause: Duration = .milliseconds(100)
    /// The longest one of these pauses.
    var longestPause: Duration = .seconds(5)
    /// Bytes of one answer; the longest that is asked for, INFO, has a twentieth of that.
    var answerBytes = 128 << 10
    /// Calls that may wait for one server: contenders of one process, not a load.
    var waiting = 256
    /// Look-ups of host names that may be on their way.
    var lookups = 8
}
