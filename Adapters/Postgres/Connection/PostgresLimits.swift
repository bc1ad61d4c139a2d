/// How long each thing may take, whatever a server does; `Docs/Operations.md` lists the same ones.
struct PostgresLimits: Sendable {
    /// A new connection over all hosts and addresses; `connect_timeout` for each host in the URL replaces it.
    var connect: Duration = .seconds(15)
    /// As many times as long while the server goes on answering, as over a slow link; not with `connect_timeout`.
    var slowConnect = 3
    /// An address that says nothing while a connection is made, when there are others to try.
    var address: Duration = .seconds(3)
    /// How long an address that said nothing is tried after all others.
    var avoidance: Duration = .seconds(30)
    /// What an answer gets on top of the server's own `statement_timeout`.
    var statementMargin: Duration = .seconds(5)
    /// An answer when `statement_timeout` is 0.
    var longestStatement: Duration = .seconds(3600)
    /// A piece of work of several statements, COMMIT not counted; a longer `statement_timeout` raises it.
    var call: Duration = .seconds(60)
    /// As many round trips at least, over a slow link.
    var roundTripsOfCall = 60
    /// The answer to COMMIT.
    var commit: Duration = .seconds(10)
    /// Silence after which the server is asked for a sign of life.
    var silence: Duration = .seconds(2)
    /// The sign of life.
    var signOfLife: Duration = .seconds(3)
    /// The end of a statement that the server was asked to cancel.
    var cancel: Duration = .seconds(5)
    /// What a thread gets to come back from the client library, on top of what it waits for.
    var stuck: Duration = .seconds(2)
    /// After how long work that failed is not tried again.
    var retries: Duration = .seconds(20)
    /// Pause between two looks at whether commits still wait on the server.
    var commitLook: Duration = .seconds(1)
    /// Threads that may be inside of the client library although their calls were given up.
    var heldThreads = 8
    /// Requests to cancel that may be on their way.
    var cancelRequests = 8
    /// Look-ups of host names that may be on their way.
    var lookups = 8
}
