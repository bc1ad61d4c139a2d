/// What a request must look like so that nothing in it can become a header, a request or a secret of its own.
enum HTTPRequestRules {
    /// Fields that frame the message or the connection; a second opinion on them is how requests are smuggled.
    private static let reserved: Set<String> = ["host", "content-length", "transfer-encoding", "connection", "expect"]

    /// Refuses what is not sendable; the errors name the offending field and never show its value.
    static func check(_ request: HTTPRequest) throws(HTTPTransportError) {
        try check(url: request.url)
        for field in request.headers.fields { try check(field) }
    }

    private static func check(url: String) throws(HTTPTransportError) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw refusal("the URL has a character that must be percent-encoded")
        }
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https", url.dropFirst(scheme.count).hasPrefix("://") else {
            throw refusal("the URL is not an http or https one")
        }
        let authority = url.dropFirst(scheme.count + 3).prefix { !"/?#".contains($0) }
        guard !authority.isEmpty else { throw refusal("the URL has no host") }
        guard !authority.contains("@") else { throw refusal("the URL carries a user or password") }
    }

    private static func check(_ field: HTTPHeaders.Field) throws(HTTPTransportError) {
        guard !field.name.isEmpty, field.name.utf8.allSatisfy(isTokenByte) else {
            throw refusal("a header's name is not a token")
        }
        guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw refusal("the value of the header \(field.name) has a control character")
        }
        guard !reserved.contains(field.name.lowercased()) else {
            throw refusal("the header \(field.name) is set by the transport")
        }
    }

    /// The characters of a token, RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func refusal(_ detail: String) -> HTTPTransportError {
        HTTPTransportError(.invalidRequest, detail: detail, mayHaveReachedServer: false)
    }
}
