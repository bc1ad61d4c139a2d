/// A request to send.
public struct HTTPRequest: Sendable, CustomStringConvertible, CustomReflectable {
    /// What to do.
    public var method: HTTPMethod
    /// Where to: an absolute `http` or `https` URL in ASCII, percent-encoded, without user or password.
    public var url: String
    /// Header fields; `Host`, `Content-Length`, `Transfer-Encoding`, `Connection` and `Expect` are the transport's own.
    public var headers: HTTPHeaders
    /// The body; `nil` for none.
    public var body: [UInt8]?
    /// How long it may take.
    public var timeouts: HTTPTimeouts
    /// Whether the transport may send it a second time by itself.
    ///
    /// It does so when a connection that was kept from an earlier request ends before a byte of the answer, which is
    /// what servers do that close idle connections. Where this is `false` the request gets a new connection, and the
    /// server sees it at most once. By default it is what the method says.
    public var isRepeatable: Bool

    /// Makes a request.
    public init(
        _ method: HTTPMethod, _ url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        timeouts: HTTPTimeouts = HTTPTimeouts(), isRepeatable: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.isRepeatable = isRepeatable ?? method.isIdempotent
    }

    /// Method, scheme and host; path, query, headers and body can hold secrets.
    public var description: String { "\(method) \(origin)" }

    /// A mirror that shows the description alone.
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: [description]) }

    /// Scheme, host and port, as far as the URL has a readable form.
    public var origin: String {
        guard let scheme = url.firstRange(of: "://") else { return "(no URL)" }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        let text = url[..<scheme.upperBound] + host
        return String(text.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7F })
    }
}
