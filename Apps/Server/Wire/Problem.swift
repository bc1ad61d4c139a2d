import Composition
import HTTPTypes
import Hummingbird
import LogModel
import NIOCore

/// What went wrong with a request, as RFC 9457 says it; `code` is stable, `detail` is for people.
struct Problem: Error, Sendable, Hashable {
    let code: ProblemCode
    let detail: String
    var retryAfter: Duration?
    var allow: String?
    /// What the client may send instead, as the header fields of RFC 9110 section 15.5.16 say it.
    var accepts: Accepts?

    /// What is taken in place of a body that is not.
    enum Accepts: Sendable, Hashable {
        case types(String)
        case codings(String)
    }

    init(_ code: ProblemCode, _ detail: String, retryAfter: Duration? = nil, allow: String? = nil) {
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
        self.allow = allow
    }

    /// The status that the code has.
    var status: HTTPResponse.Status { code.status }

    /// The answer.
    var response: Response {
        let parts = parts
        return Response(
            status: parts.status, headers: parts.fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: parts.body)))
    }

    /// The answer in its parts.
    var parts: (status: HTTPResponse.Status, fields: HTTPFields, body: [UInt8]) {
        let body = JSONText { text in
            text.add("type", "urn:logferry:problem:\(code.rawValue)")
            text.add("title", status.reasonPhrase)
            text.add("status", Int64(status.code))
            text.add("code", code.rawValue)
            text.add("detail", detail)
        }
        var fields: HTTPFields = [.contentType: "application/problem+json", .cacheControl: "no-store"]
        if let retryAfter {
            let (seconds, rest) = retryAfter.components
            fields[.retryAfter] = String(max(1, seconds + (rest > 0 ? 1 : 0)))
        }
        if let allow { fields[.allow] = allow }
        switch accepts {
        case .types(let types): fields[.accept] = types
        case .codings(let codings): fields[.acceptEncoding] = codings
        case nil: break
        }
        if status == .unauthorized { fields[.wwwAuthenticate] = "Bearer" }
        return (status, fields, body.bytes)
    }

    // MARK: - The request is wrong

    static let invalidJSON = Problem(.invalidJSON, "the body is not JSON")

    static func invalid(_ detail: String) -> Problem { Problem(.invalidRequest, detail) }

    static func unknownMember(_ name: String, known: Set<String>) -> Problem {
        Problem(
            .unknownMember,
            "\"\(name)\" is not known here; known are \(known.sorted().joined(separator: ", "))")
    }

    static func unknownParameter(_ name: String, known: Set<String>) -> Problem {
        Problem(
            .unknownParameter,
            "the parameter \"\(name)\" is not known here; "
                + (known.isEmpty ? "there are none" : "known are \(known.sorted().joined(separator: ", "))"))
    }

    static func bodyTooLarge(limit: Int) -> Problem {
        Problem(.bodyTooLarge, "the body has more than \(limit) bytes")
    }

    static let questionTooLarge = Problem(
        .questionTooLarge, "a question has at most \(LogQuestion.mostBytes) bytes")

    static let unsupportedType: Problem = {
        var problem = Problem(
            .unsupportedMediaType, "the body must be \(ContentRules.accepted) in UTF-8")
        problem.accepts = .types(ContentRules.accepted)
        return problem
    }()

    static let unsupportedCoding: Problem = {
        var problem = Problem(
            .unsupportedMediaType, "the body must be sent as it is, without Content-Encoding")
        problem.accepts = .codings("identity")
        return problem
    }()

    /// The client went away; nobody reads the answer, and the log tells this from a failure.
    static let clientGone = Problem(
        .clientGone,
        "the client closed the connection before the answer")

    // MARK: - The caller may not

    static let unauthenticated = Problem(
        .unauthenticated, "a valid credential is needed: Authorization: Bearer …")
    static let tokenExpired = Problem(.tokenExpired, "the token has expired")
    static let tokenRevoked = Problem(.tokenRevoked, "the token was revoked")
    static let internalKeyNeeded = Problem(
        .unauthenticated, "the header x-internal-access-key must hold the internal key")
    static let forbidden = Problem(.forbidden, "the credential is valid, and not for this")

    static let appDeleted = Problem(.appDeleted, "the token's app was deleted")

    static func tooManyGuesses(retryAfter: Duration) -> Problem {
        Problem(
            .tooManyGuesses, "too many wrong keys came from this address; try again later",
            retryAfter: retryAfter)
    }

    // MARK: - It is not there, or there already

    static let unknownRoute = Problem(.unknownRoute, "there is nothing at this path")
    static let unknownApp = Problem(.unknownApp, "there is no such app")
    static let unknownToken = Problem(.unknownToken, "the app has no such token that is not revoked")

    static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> Problem {
        let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        return Problem(.methodNotAllowed, "this path answers to \(names)", allow: names)
    }

    // MARK: - It is not the caller's fault

    static let tooManyTails = Problem(
        .tooManyTails, "as many tails are open as may be; close one, or try again",
        retryAfter: .seconds(5))

    static let tooManyQuestions = Problem(
        .tooManyQuestions, "as many questions are in progress as may be; try again",
        retryAfter: .seconds(1))

    static let storeUnavailable = Problem(
        .storeUnavailable, "the store cannot be reached or is busy; try again",
        retryAfter: .seconds(2))
    static let outcomeUnknown = Problem(
        .outcomeUnknown,
        "the store's answer to the change was lost, and what became of it could not be found out: it may have come "
            + "about; look with GET before you ask again, or ask again with the same Idempotency-Key",
        retryAfter: .seconds(5))
    static let locksUnavailable = Problem(
        .storeUnavailable, "the locks of runs cannot be had; try again",
        retryAfter: .seconds(2))

    /// What keeps the store from doing what was asked; most of it lasts until an operator has looked.
    static func storeUnavailable(_ condition: StoreCondition) -> Problem {
        switch condition {
        case .diskFull:
            Problem(
                .storeUnavailable, "the store's disk is full; an operator must make room", retryAfter: .seconds(30))
        case .diskFails:
            Problem(
                .storeUnavailable, "the store's disk fails; an operator must look", retryAfter: .seconds(30))
        case .readOnly:
            Problem(
                .storeUnavailable, "the store can only be read at present; an operator must look",
                retryAfter: .seconds(10))
        case .fileLost:
            Problem(
                .storeUnavailable, "the store's file was deleted or replaced; an operator must put it back",
                retryAfter: .seconds(30))
        case .commitsWait:
            Problem(
                .storeUnavailable, "the store cannot be written to until its standby server answers; try again",
                retryAfter: .seconds(5))
        }
    }

    static let noFileStore = Problem(
        .noFileStore,
        "this deployment has no file store, so there is nothing to provision or to consume; an operator must start "
            + "\"logferry files\" with its data folder, or set fimidara.server_url and fimidara.auth_token")
    static let shuttingDown = Problem(
        .shuttingDown, "the service is stopping", retryAfter: .seconds(5))
    static let internalError = Problem(
        .internalError, "something failed here; the service's log says what")
}
