/// One HTTP request of the SDK, whole in memory so that it can be sent again.
public struct SdkRequest: Sendable {
    /// The absolute URL, percent-encoded.
    public var url: String
    /// Header fields in the order in which they are sent; `Content-Length` is the transport's.
    public var headers: [(name: String, value: String)]
    /// The body; the method is always POST.
    public var body: [UInt8]
    /// After how long the exchange is given up.
    public var timeout: Duration

    /// Makes a request.
    public init(url: String, headers: [(name: String, value: String)], body: [UInt8], timeout: Duration) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// What a server answered.
public struct SdkResponse: Sendable {
    /// The status code.
    public var status: Int
    /// Header fields.
    public var headers: [(name: String, value: String)]
    /// The first bytes of the body; an answer of interest is short.
    public var body: [UInt8]

    /// Makes an answer.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header field, whatever the case of its name.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why a request got no answer.
public struct SdkTransportError: Error, Sendable, CustomStringConvertible {
    /// Whether the server may have received, and so obeyed, the request.
    ///
    /// It is false only where the transport knows that no byte of the request left this machine, as when a connection
    /// is refused. In doubt it is true.
    public var mayHaveArrived: Bool
    /// The reason in words, without any secret.
    public var description: String

    /// Makes an error.
    public init(mayHaveArrived: Bool, description: String) {
        self.mayHaveArrived = mayHaveArrived
        self.description = description
    }
}

/// Carries the SDK's requests.
///
/// A transport follows no redirect, keeps no cookie and no cache, gives up after the request's timeout and when its
/// task is cancelled, and repeats nothing by itself: a repeated append is a doubled one.
public protocol SdkTransport: Sendable {
    /// POSTs a request and waits for the whole answer, of any status.
    /// - Throws: ``SdkTransportError`` when no whole answer came; its `mayHaveArrived` tells whether the request may have had
    ///   an effect all the same. It is `false` only when no byte was sent.
    func send(_ request: SdkRequest) async throws(SdkTransportError) -> SdkResponse
}
