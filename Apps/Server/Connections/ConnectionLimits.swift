import Composition

/// What a listener allows a connection, beside the limits of the routes themselves.
struct ConnectionLimits: Sendable {
    /// Most bytes of a request line; more is 414.
    var requestLineBytes = 8 << 10
    /// Most bytes of one header field, name and value; more is 431.
    var headerFieldBytes = 16 << 10
    /// Most bytes of all header fields and the request line together; more is 431.
    var headerBytes = 32 << 10
    /// Most header fields; more is 431.
    var headerFields = 100
    /// Time to send a request's head; more is 408.
    var headTimeout: Duration
    /// Time that a connection may stay open between two requests.
    var idleTimeout: Duration
    /// Time that a body or an answer may stand still, and the head start that it has over ``minimumRate``.
    var stallTimeout: Duration
    /// Bytes a second that a body or an answer must move on average, once the head start is used up.
    var minimumRate: Int
    /// Bytes of a body that are passed over after its request was answered; the connection ends beyond them.
    var drainBytes: Int
    /// Connections at the same time.
    var connections: Int
    /// Connections at the same time of one address.
    var connectionsPerPeer: Int
    /// Time that a client gets to read the last answer, before the connection is closed for good.
    var lingering: Duration = .seconds(3)
    /// Refused connections at the same time that are told why; more are closed without a word.
    var refusals = 100

    init(_ settings: Settings) {
        let connections = settings.connections
        headTimeout = connections.headTimeout
        idleTimeout = connections.idleTimeout
        stallTimeout = connections.stallTimeout
        minimumRate = connections.minimumRate
        drainBytes = settings.maxBody
        self.connections = connections.most
        connectionsPerPeer = connections.mostPerPeer
    }

    /// How often a connection is looked at: often enough that no limit is overdrawn by more than a quarter.
    var watchInterval: Duration {
        min(.seconds(1), min(headTimeout, min(idleTimeout, stallTimeout)) / 4)
    }
}
