import NIOHTTP1

/// What RFC 9112 demands of the head of a request, beyond what the parser sees to.
enum HeadRules {
    /// Why a head is refused; `nil` when it is taken.
    static func refusal(of head: HTTPRequestHead) -> ConnectionRefusal? {
        let hosts = head.headers["host"]
        // RFC 9112 section 3.2; HTTP/1.0 has no such field.
        if hosts.count > 1 { return .badHost("the request has several Host header fields; send one") }
        if hosts.isEmpty, !isOld(head) {
            return .badHost("the request has no Host header field, which HTTP/1.1 demands")
        }
        guard hosts.allSatisfy(isHost) else {
            return .badHost("the Host header field is not a host with an optional port")
        }
        // RFC 9112 section 6.1.
        let codings = head.headers[canonicalForm: "transfer-encoding"]
        guard codings.isEmpty || (codings.map { $0.lowercased() } == ["chunked"] && !isOld(head)) else {
            return .badCoding
        }
        return nil
    }

    /// Whether a client speaks HTTP/1.0, which knows neither chunks nor `100 Continue`.
    static func isOld(_ head: HTTPRequestHead) -> Bool { head.version.major == 1 && head.version.minor == 0 }

    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110 section 10.1.1).
    static func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
            && (head.headers.contains(name: "transfer-encoding")
                || head.headers.first(name: "content-length").map { $0 != "0" } ?? false)
    }

    /// Whether a text is `uri-host [ ":" port ]` of RFC 3986 as far as its characters go; the empty text is.
    private static func isHost(_ text: String) -> Bool {
        var host = Array(text.utf8)[...]
        if let colon = host.lastIndex(of: UInt8(ascii: ":")), host.last != UInt8(ascii: "]") {
            guard host[(colon + 1)...].allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
            host = host[..<colon]
        }
        let isLiteral = host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]") && host.count > 2
        let inner = isLiteral ? host.dropFirst().dropLast() : host
        return inner.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            // unreserved, sub-delims and the sign of percent-encoding
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
                UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
                UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"),
                UInt8(ascii: "="):
                true
            case UInt8(ascii: ":"): isLiteral
            default: false
            }
        }
    }
}
