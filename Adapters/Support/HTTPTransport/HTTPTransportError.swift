/// Why a request got no answer, or an answer no end.
public struct HTTPTransportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; more kinds may come.
    public struct Reason: Sendable, Hashable, CustomStringConvertible {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// The request breaks a rule of ``HTTPRequest``; nothing was sent.
        public static let invalidRequest = Reason("invalid request")
        /// The host's name has no address.
        public static let cannotResolve = Reason("cannot resolve")
        /// The host's address is one that the transport may not connect to; nothing was sent.
        public static let refusedAddress = Reason("refused address")
        /// No address of the host accepts a connection.
        public static let cannotConnect = Reason("cannot connect")
        /// The other side could not prove who it is, or TLS failed otherwise.
        public static let tls = Reason("TLS failed")
        /// The connection ended early.
        public static let connectionLost = Reason("connection lost")
        /// What came is no HTTP/1.1 answer, or its head is too large.
        public static let malformed = Reason("malformed answer")
        /// The body has more bytes than the reader allows.
        public static let tooLarge = Reason("too large")
        /// The task was cancelled, or the transport let go.
        public static let cancelled = Reason("cancelled")
        /// The transport itself failed: no memory, no file descriptor.
        public static let failed = Reason("transport failed")

        /// A time limit passed.
        public static func timedOut(_ limit: HTTPTimeLimit) -> Reason {
            Reason("timed out (\(limit.rawValue))")
        }

        /// The kind in a few words.
        public var description: String { name }
    }

    /// What kind of failure it is.
    public let reason: Reason
    /// What happened, for operators: method, host and the cause; no header, path, query or body.
    public let detail: String
    /// Whether the server may have got the request, wholly or in part, and acted on it.
    public let mayHaveReachedServer: Bool

    /// Makes an error.
    public init(_ reason: Reason, detail: String, mayHaveReachedServer: Bool) {
        self.reason = reason
        self.detail = detail
        self.mayHaveReachedServer = mayHaveReachedServer
    }

    /// Kind and detail.
    public var description: String { "\(reason): \(detail)" }
}

/// Which limit of ``HTTPTimeouts`` passed.
public enum HTTPTimeLimit: String, Sendable, Hashable {
    /// No connection in time.
    case connect
    /// No byte in time.
    case idle
    /// No end in time.
    case total
}
