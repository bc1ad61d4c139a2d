import HTTPTypes
import Hummingbird
import LogModel
import NIOCore

/// What went wrong with a request, as RFC 9457 says it; `code` is stable, `detail` is for people.
struct Problem: Error, Sendable, Hashable {
    let status: HTTPResponse.Status
    let code: String
    let detail: String
    var retryAfter: Duration?
    var allow: String?

    init(
        _ status: HTTPResponse.Status, _ code: String, _ detail: String, retryAfter: Duration? = nil,
        allow: String? = nil
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
        self.allow = allow
    }

    /// The answer.
    var response: Response {
        let parts = parts
        return Response(
            status: parts.status, headers: parts.fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: parts.body)))
    }

    /// The answer in its parts.
    var parts: (status: HTTPResponse.Status, fields: HTTPFields, body: [UInt8]) {
        let body = JSONText { text in
            text.add("type", "urn:logferry:problem:\(code)")
            text.add("title", status.reasonPhrase)
            text.add("status", Int64(status.code))
            text.add("code", code)
            text.add("detail", detail)
        }
        var fields: HTTPFields = [.contentType: "application/problem+json", .cacheControl: "no-store"]
        if let retryAfter {
            let (seconds, rest) = retryAfter.components
            fields[.retryAfter] = String(max(1, seconds + (rest > 0 ? 1 : 0)))
        }
        if let allow { fields[.allow] = allow }
        if status == .unauthorized { fields[.wwwAuthenticate] = "Bearer" }
        return (status, fields, body.bytes)
    }

    // MARK: - The request is wrong

    static let invalidJSON = Problem(.badRequest, "invalid_json", "the body is not JSON")

    static func invalid(_ detail: String) -> Problem { Problem(.badRequest, "invalid_request", detail) }

    static func unknownMember(_ name: String, known: Set<String>) -> Problem {
        Problem(
            .badRequest, "unknown_member",
            "\"\(name)\" is not known here; known are \(known.sorted().joined(separator: ", "))")
    }

    static func unknownParameter(_ name: String, known: Set<String>) -> Problem {
        Problem(
            .badRequest, "unknown_parameter",
            "the parameter \"\(name)\" is not known here; known are \(known.sorted().joined(separator: ", "))")
    }

    static func bodyTooLarge(limit: Int) -> Problem {
        Problem(.contentTooLarge, "body_too_large", "the body has more than \(limit) bytes")
    }

    // MARK: - The caller may not

    static let unauthenticated = Problem(
        .unauthorized, "unauthenticated", "a valid credential is needed: Authorization: Bearer …")
    static let tokenExpired = Problem(.unauthorized, "token_expired", "the token has expired")
    static let tokenRevoked = Problem(.unauthorized, "token_revoked", "the token was revoked")
    static let internalKeyNeeded = Problem(
        .unauthorized, "unauthenticated", "the header x-internal-access-key must hold the internal key")
    static let forbidden = Problem(.forbidden, "forbidden", "the credential is valid, and not for this")

    static let appDeleted = Problem(.forbidden, "app_deleted", "the token's app was deleted")

    static func tooManyGuesses(retryAfter: Duration) -> Problem {
        Problem(
            .tooManyRequests, "too_many_guesses", "too many wrong keys came from this address; try again later",
            retryAfter: retryAfter)
    }

    // MARK: - It is not there, or there already

    static let unknownRoute = Problem(.notFound, "unknown_route", "there is nothing at this path")
    static let unknownApp = Problem(.notFound, "unknown_app", "there is no such app")
    static let unknownToken = Problem(.notFound, "unknown_token", "the app has no such token that is not revoked")

    static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> Problem {
        let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        return Problem(.methodNotAllowed, "method_not_allowed", "this path answers to \(names)", allow: names)
    }

    // MARK: - It is not the caller's fault

    static let storeUnavailable = Problem(
        .serviceUnavailable, "store_unavailable", "the store cannot be reached or is busy; try again",
        retryAfter: .seconds(2))
    static let internalError = Problem(
        .internalServerError, "internal_error", "something failed here; the service's log says what")
}
