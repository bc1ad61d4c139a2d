/// How a ``CurlTransport`` behaves towards all servers.
///
/// What is not here is fixed: certificates are always verified, redirects are never followed, only `http` and `https`
/// are spoken, over HTTP/1.1; there are no cookies, no `.netrc`, and no proxy, whatever the environment says, for a
/// variable that was meant for another program must not carry our credentials elsewhere.
public struct CurlSettings: Sendable, Hashable {
    /// A file of PEM certificates to trust in place of the system's.
    public var certificateAuthorities: String?
    /// Which addresses may be connected to; `nil` for all, as suits servers that the operator has named.
    public var addresses: AddressPolicy?
    /// A Unix domain socket to connect to, whatever host a URL names: at most 107 bytes; `nil` for the host itself.
    public var socketPath: String?
    /// What errors say of the server, such as "to the file store of /data", where the URL's host tells nobody anything.
    public var serverName: String?
    /// How many connections there may be to one host; more requests wait for one of them.
    public var connectionsPerHost: Int
    /// How many connections there may be in all.
    public var connectionsInAll: Int
    /// How long an unused connection may wait for its next request, in whole seconds.
    public var idleConnectionLifetime: Duration
    /// What `User-Agent` says where a request does not.
    public var userAgent: String
    /// The name of the thread, of which `top -H` shows the first 15 bytes.
    public var threadName: String

    /// Sets everything; the defaults suit a service that talks to a handful of servers.
    public init(
        certificateAuthorities: String? = nil, addresses: AddressPolicy? = nil, socketPath: String? = nil,
        serverName: String? = nil, connectionsPerHost: Int = 16, connectionsInAll: Int = 64,
        idleConnectionLifetime: Duration = .seconds(60),
        userAgent: String = "logferry", threadName: String = "curl"
    ) {
        self.certificateAuthorities = certificateAuthorities
        self.addresses = addresses
        self.socketPath = socketPath
        self.serverName = serverName
        self.connectionsPerHost = connectionsPerHost
        self.connectionsInAll = connectionsInAll
        self.idleConnectionLifetime = idleConnectionLifetime
        self.userAgent = userAgent
        self.threadName = threadName
    }
}
