import Composition
import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1

/// Gives every request an id, which its log entries and its answer carry.
///
/// A caller may bring its own in `x-request-id`, and the id of a trace in `traceparent` (W3C Trace Context).
struct RequestIdentity: RouterMiddleware {
    private let logger: Logger
    private let ids = RequestIDs()

    init(logger: Logger) { self.logger = logger }

    @concurrent func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let id = RequestIdentity.given(request) ?? ids.mint()
        var context = context
        context.logger = logger
        context.logger[metadataKey: "request_id"] = "\(id)"
        if let trace = request.headers[.traceParent].flatMap(RequestIdentity.traceID) {
            context.logger[metadataKey: "trace_id"] = "\(trace)"
        }
        var response = try await next(request, context)
        response.headers[.requestID] = id
        return response
    }

    /// The id that a request brings, if it is one.
    static func given(_ request: Request) -> String? {
        request.headers[.requestID].flatMap { isID($0) ? $0 : nil }
    }

    /// The id that a head brings which reached no route, if it is one.
    static func given(_ headers: HTTPHeaders) -> String? {
        headers.first(name: "x-request-id").flatMap { isID($0) ? $0 : nil }
    }

    /// The id in the bytes of a head that could not be parsed, as far as they were received.
    ///
    /// - Parameter bytes: what was received of the head.
    /// - Returns: the id of the first whole field line of the name; `nil` when there is none, or it is no id.
    static func given(inHead bytes: some Sequence<UInt8>) -> String? {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Behind the last line break stands a line of which more may come.
        if !lines.isEmpty { lines.removeLast() }
        let name = "x-request-id:"
        for line in lines.dropFirst() {
            // The head ends with an empty line; what follows is a body's.
            if line.allSatisfy({ $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: " ") }) { return nil }
            guard line.count > name.utf8.count, line.count < 128 else { continue }
            let text = String(decoding: line, as: UTF8.self)
            guard text.prefix(name.count).lowercased() == name else { continue }
            let id = text.dropFirst(name.count).trimmingPrefix(while: \.isWhitespace)
            let end = id.lastIndex { !$0.isWhitespace }.map { id.index(after: $0) } ?? id.startIndex
            let given = String(id[..<end])
            return isID(given) ? given : nil
        }
        return nil
    }

    /// Whether a text is an id as ULIDs, UUIDs and 128 bits in hexadecimal are: too short and too plain to be one of
    /// our credentials, which must not get into logs by a header that was mistaken for another.
    static func isID(_ text: String) -> Bool {
        (8...36).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// The trace's id in `00-<32 digits>-<16 digits>-<2 digits>`; `nil` when it is malformed or all zeros.
    static func traceID(of header: String) -> String? {
        let parts = header.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, zip(parts, [2, 32, 16, 2]).allSatisfy({ isHexadecimal($0, count: $1) }),
            parts[0] != "ff", parts[0] != "00" || parts.count == 4, parts[1].contains(where: { $0 != "0" })
        else { return nil }
        return String(parts[1])
    }

    private static func isHexadecimal(_ text: Substring, count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

extension HTTPField.Name {
    /// `x-request-id`.
    static let requestID = known("x-request-id")
    /// `traceparent`.
    static let traceParent = known("traceparent")
}

extension APIContext {
    /// The template of the path that was asked for; the path itself may hold anything.
    var route: String {
        guard let path = endpointPath, path.hasPrefix("/") else { return "unmatched" }
        return path
    }
}
