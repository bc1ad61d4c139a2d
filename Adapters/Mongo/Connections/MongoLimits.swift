/// How long each thing may take, whatever a server does; `Docs/Operations.md` lists the same ones.
struct MongoLimits: Sendable {
    /// A server to take a connection, and to say what it is on it; `connectTimeoutMS` in the URL replaces it.
    var connect: Duration = .seconds(5)
    /// The search for a primary, long enough for an election; `serverSelectionTimeoutMS` in the URL replaces it.
    var selection: Duration = .seconds(15)
    /// A whole answer to one statement; `socketTimeoutMS` in the URL replaces it.
    var answer: Duration = .seconds(75)
    /// An answer to a call without limits, which makes the schema; `socketTimeoutMS` in the URL replaces it too.
    var longestAnswer: Duration = .seconds(3600)
    /// A query, by the server's own clock.
    var query: Duration = .seconds(60)
    /// Asking for the outcome of a commit, and the commit by the server's own clock.
    var commit: Duration = .seconds(15)
    /// A piece of work of several statements.
    var call: Duration = .seconds(120)
    /// No sign of a primary, whatever is waited for.
    var patience: Duration = .seconds(18)
    /// After how long work that failed is not tried again.
    var retries: Duration = .seconds(20)
    /// A caller that waits for one of the connections.
    var connection: Duration = .seconds(10)
    /// Silence after which a server is asked what it is, on a connection of its own.
    var silence: Duration = .seconds(2)
    /// The answer to that.
    var signOfLife: Duration = .seconds(3)
    /// How long a server that did not answer that is left out, unless it answers when it is asked again.
    var avoidance: Duration = .seconds(30)
    /// What a thread gets to come back from the client library when its caller was cancelled or the store is closed.
    var stuck: Duration = .milliseconds(500)
    /// Threads that may be inside of the client library although their calls were given up.
    var heldThreads = 8
    /// Look-ups of host names that may be on their way.
    var lookups = 8
}
