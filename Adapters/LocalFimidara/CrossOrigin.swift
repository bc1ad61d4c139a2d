/// Which pages of browsers may use the store (CORS, the Fetch standard, section 3.2).
///
/// Nothing is allowed unless it is named. Credentials are bearer tokens, which a page sends by itself, so cookies and the
/// like are never allowed.
struct CrossOrigin: Sendable {
    /// Origins such as `https://app.example.org`, in lower case.
    let origins: Set<String>

    private static let methods = "GET, HEAD, POST, DELETE"
    private static let requestFields = [
        "authorization", "content-type", "range", "if-range", "x-request-id", "x-fimidara-file-size",
        "x-fimidara-file-mimetype", "x-fimidara-file-encoding", "x-fimidara-file-description", "x-fimidara-append",
        "x-fimidara-on-append-create-if-not-exists", "x-fimidara-upload-session-id", "x-fimidara-multipart-id",
        "x-fimidara-multipart-part",
    ].joined(separator: ", ")
    private static let responseFields =
        "accept-ranges, content-disposition, content-length, content-range, etag, last-modified, retry-after, "
        + "x-request-id"

    /// Whether a text is an origin: a scheme, a host and perhaps a port, and nothing else.
    static func isOrigin(_ text: String) -> Bool {
        let rest =
            if text.hasPrefix("https://") { text.dropFirst(8) } else if text.hasPrefix("http://") {
                text.dropFirst(7)
            } else { Substring() }
        return !rest.isEmpty
            && rest.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
                    true
                default: false
                }
            }
    }

    /// The answer to `OPTIONS`: what the endpoint answers to, and what a page of a named origin may send.
    func preflight(_ request: StorageRequest, _ route: Route) -> StorageResponse {
        var headers: StorageHeaders = [
            "content-length": "0", "allow": (route.endpoint.methods + ["OPTIONS"]).joined(separator: ", "),
        ]
        guard let origin = named(request) else {
            mark(&headers)
            return StorageResponse(status: 200, headers: headers, body: .bytes([]))
        }
        headers["access-control-allow-origin"] = origin
        headers["access-control-allow-methods"] = CrossOrigin.methods
        headers["access-control-allow-headers"] = CrossOrigin.requestFields
        headers["access-control-max-age"] = "600"
        mark(&headers)
        return StorageResponse(status: 200, headers: headers, body: .bytes([]))
    }

    /// The response with what lets a page of a named origin read it.
    func admitting(_ response: StorageResponse, to request: StorageRequest) -> StorageResponse {
        guard !origins.isEmpty else { return response }
        var response = response
        if let origin = named(request) {
            response.headers["access-control-allow-origin"] = origin
            response.headers["access-control-expose-headers"] = CrossOrigin.responseFields
        }
        mark(&response.headers)
        return response
    }

    /// The request's origin when it is one of those that are named.
    private func named(_ request: StorageRequest) -> String? {
        request.headers["origin"].flatMap { origins.contains($0) ? $0 : nil }
    }

    /// Keeps caches from giving one origin's answer to another.
    private func mark(_ headers: inout StorageHeaders) {
        if !origins.isEmpty { headers["vary"] = "Origin" }
    }
}
