/// What a store has to say beside the answers to calls.
public enum StoreEvent: Sendable {
    /// A call was given up before the server answered it.
    case callGivenUp(GivenUpCall)
    /// Commits wait on the server, so that no further ones are sent; with what they wait for.
    case commitsWait(detail: String)
    /// Commits are sent again, after so long.
    case commitsGoOn(after: Duration)
    /// The log of the store's file has grown and cannot be cut, since somebody reads in one transaction for long.
    case writeAheadLogIsHeld(bytes: Int)
    /// The log of the store's file was cut, after so long.
    case writeAheadLogIsCut(after: Duration)
}

/// A call that was given up before the server answered it.
public struct GivenUpCall: Sendable {
    /// Why a call was given up.
    public enum Reason: String, Sendable, CaseIterable {
        /// The server answered nothing, a new connection included.
        case silent
        /// The server had not answered, and is not the primary of its set.
        case demoted
        /// The server had not answered a statement in time.
        case slow
        /// The server had not answered COMMIT in time.
        case commit
        /// The thread did not come back from the client library in time.
        case stuck
        /// Another process has held the lock on the store's file for as long as a call waits.
        case locked
    }

    /// Why it was given up.
    public let reason: Reason
    /// What was waited for, such as a statement; it holds no values and no credentials.
    public let waitedFor: String
    /// How long it was waited for.
    public let duration: Duration
    /// How many threads are inside of the client library at this moment although their calls were given up.
    public let threadsHeld: Int

    /// Describes such a call.
    public init(reason: Reason, waitedFor: String, duration: Duration, threadsHeld: Int) {
        self.reason = reason
        self.waitedFor = waitedFor
        self.duration = duration
        self.threadsHeld = threadsHeld
    }
}
