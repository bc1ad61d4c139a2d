/// One HTTP request as a listener hands it to ``LocalFimidara``.
public struct StorageRequest: Sendable {
    /// The method in capitals, for example `POST`.
    public let method: String
    /// The path as it was on the wire, percent-encoded and without the query.
    public let path: String
    /// What stood behind the `?`, percent-encoded; empty when there was none.
    public let query: String
    /// The header fields in the order in which they came.
    public let headers: StorageHeaders
    /// The body; asked for at most once.
    public let body: StorageBody

    /// Makes a request.
    /// - Parameters:
    ///   - method: the method in capitals.
    ///   - path: the path as it was on the wire, without the query.
    ///   - query: what stood behind the `?`.
    ///   - headers: the header fields.
    ///   - body: the body, chunk by chunk.
    public init(
        method: String, path: String, query: String = "", headers: StorageHeaders = [:], body: StorageBody = .empty
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}
