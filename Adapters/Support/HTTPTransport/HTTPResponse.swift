/// The answer to a request: its head, and its body as it comes in.
public struct HTTPResponse: Sendable {
    /// The status, 200 to 599 as a rule.
    public let status: Int
    /// The header fields.
    public let headers: HTTPHeaders
    /// The body, to be pulled once.
    public let body: HTTPResponseBody

    /// Makes a response.
    public init(status: Int, headers: HTTPHeaders = [:], body: HTTPResponseBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes a response whose body is there in full, as a scripted transport does.
    public init(status: Int, headers: HTTPHeaders = [:], bytes: [UInt8] = []) {
        self.init(status: status, headers: headers, body: HTTPResponseBody(bytes))
    }
}
