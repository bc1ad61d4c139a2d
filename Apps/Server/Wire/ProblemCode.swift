import HTTPTypes

/// What a problem is called; `Docs/Errors.md` says what each means and what to do.
///
/// The words are stable: clients branch on them.
public enum ProblemCode: String, Sendable, Hashable, CaseIterable {
    // The request is wrong.
    case invalidJSON = "invalid_json"
    case invalidRequest = "invalid_request"
    case unknownMember = "unknown_member"
    case unknownParameter = "unknown_parameter"
    case invalidCursor = "invalid_cursor"
    case tooManyBars = "too_many_bars"
    case bodyTooLarge = "body_too_large"
    case requestLineTooLong = "uri_too_long"
    case headersTooLarge = "headers_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case questionTooLarge = "question_too_large"
    case clientGone = "client_gone"
    case requestTimeout = "request_timeout"

    // The caller may not.
    case unauthenticated
    case tokenExpired = "token_expired"
    case tokenRevoked = "token_revoked"
    case forbidden
    case appDeleted = "app_deleted"
    case initRate = "init_rate"
    case tooManyGuesses = "too_many_guesses"
    case tooManyQuestions = "too_many_questions"
    case tooManyTails = "too_many_tails"

    // It is not there, or there already.
    case unknownRoute = "unknown_route"
    case unknownApp = "unknown_app"
    case unknownToken = "unknown_token"
    case methodNotAllowed = "method_not_allowed"
    case nameTaken = "name_taken"
    case positionLost = "position_lost"
    case idempotencyKeyUsed = "idempotency_key_used"

    // It is not the caller's fault.
    case internalError = "internal_error"
    case storageRefused = "storage_refused"
    case noFileStore = "no_file_store"
    case storageUnavailable = "storage_unavailable"
    case storeUnavailable = "store_unavailable"
    case outcomeUnknown = "outcome_unknown"
    case shuttingDown = "shutting_down"
    case tooManyConnections = "too_many_connections"
}

extension ProblemCode {
    /// The status of every answer with this code.
    var status: HTTPResponse.Status {
        switch self {
        case .invalidJSON, .invalidRequest, .unknownMember, .unknownParameter, .invalidCursor, .tooManyBars: .badRequest
        case .unauthenticated, .tokenExpired, .tokenRevoked: .unauthorized
        case .forbidden, .appDeleted: .forbidden
        case .unknownRoute, .unknownApp, .unknownToken: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .requestTimeout: .requestTimeout
        case .nameTaken, .positionLost: .conflict
        case .idempotencyKeyUsed: .unprocessableContent
        case .bodyTooLarge, .questionTooLarge: .contentTooLarge
        case .requestLineTooLong: .uriTooLong
        case .unsupportedMediaType: .unsupportedMediaType
        case .initRate, .tooManyGuesses, .tooManyQuestions, .tooManyTails: .tooManyRequests
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .internalError: .internalServerError
        case .storageRefused: .badGateway
        case .noFileStore, .storageUnavailable, .storeUnavailable, .outcomeUnknown, .shuttingDown,
            .tooManyConnections:
            .serviceUnavailable
        // Nobody reads it: the log tells it from a failure by this.
        case .clientGone: HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
        }
    }
}
