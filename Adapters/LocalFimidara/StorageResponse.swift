/// One HTTP response, for a listener to send.
public struct StorageResponse: Sendable {
    /// What the body is made of.
    public enum Body: Sendable {
        /// All of it.
        case bytes([UInt8])
        /// Pieces that are read while the client takes them; `content-length` is always among the headers then.
        case chunks(StorageChunks)
    }

    /// The status code.
    public var status: Int
    /// The header fields, `content-length` among them.
    public var headers: StorageHeaders
    /// The body; empty for HEAD.
    public var body: Body

    /// Makes a response.
    public init(status: Int, headers: StorageHeaders, body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func json(_ value: JSONValue, status: Int = 200, headers: StorageHeaders = [:]) -> StorageResponse {
        let bytes = Array(value.text.utf8)
        var headers = headers
        headers["content-type"] = "application/json; charset=utf-8"
        headers["content-length"] = String(bytes.count)
        return StorageResponse(status: status, headers: headers, body: .bytes(bytes))
    }

    /// There is no endpoint of this path and method; fimidara says so in HTML, which its own clients cannot read.
    static let unknownRoute = StorageFailure.notFound("There is no endpoint at this path with this method").response

    /// The same headers and no body, as HEAD asks for.
    var withoutBody: StorageResponse {
        StorageResponse(status: status, headers: headers, body: .bytes([]))
    }
}
