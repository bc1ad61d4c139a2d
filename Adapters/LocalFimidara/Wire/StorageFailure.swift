/// A refusal in fimidara's shape: `{"errors": [{"name", "message", "field"?, "action"?}]}`.
struct StorageFailure: Error, Sendable, Equatable {
    struct Problem: Sendable, Equatable {
        let name: String
        let message: String
        var field: String?
        var action: String?
    }

    let status: Int
    let problems: [Problem]
    /// The size of the file, for the `Content-Range` of a 416.
    var unsatisfiedSize: Int64?

    init(_ status: Int, _ problems: [Problem], unsatisfiedSize: Int64? = nil) {
        self.status = status
        self.problems = problems
        self.unsatisfiedSize = unsatisfiedSize
    }

    init(_ status: Int, _ name: String, _ message: String) {
        self.init(status, [Problem(name: name, message: message)])
    }

    var response: StorageResponse {
        let errors = problems.map { problem in
            var members = [
                JSONValue.Member(name: "name", value: .string(problem.name)),
                JSONValue.Member(name: "message", value: .string(problem.message)),
            ]
            if let action = problem.action { members.append(.init(name: "action", value: .string(action))) }
            if let field = problem.field { members.append(.init(name: "field", value: .string(field))) }
            return JSONValue.object(members)
        }
        var headers: StorageHeaders = [:]
        if let unsatisfiedSize { headers["content-range"] = "bytes */\(unsatisfiedSize)" }
        return .json(["errors": .array(errors)], status: status, headers: headers)
    }
}

extension StorageFailure {
    static let permissionDenied = StorageFailure(403, "PermissionDeniedError", "Permission denied")
    static let serverError = StorageFailure(500, "ServerError", "Server error")
    static let malformedJSON = StorageFailure(400, "InvalidRequestError", "The body is not well-formed JSON")
    static let fileNotFound = notFound("File not found")
    static let folderNotFound = notFound("Folder not found")
    static let appendUnsupported = StorageFailure(
        400, "UnsupportedOperationError", "The backend does not support append file operations")

    static let invalidCredentials = StorageFailure(
        401, [Problem(name: "InvalidCredentialsError", message: "Invalid credentials", action: "loginAgain")])

    static func notFound(_ message: String) -> StorageFailure { StorageFailure(404, "NotFoundError", message) }

    static func exists(_ message: String) -> StorageFailure { StorageFailure(409, "ResourceExistsError", message) }

    static func invalid(_ message: String) -> StorageFailure { StorageFailure(400, "InvalidRequestError", message) }

    static func invalidField(_ field: String, _ message: String) -> StorageFailure {
        StorageFailure(
            400, [Problem(name: "ValidationError", message: message, field: field)])
    }

    static func unsupported(_ message: String) -> StorageFailure {
        StorageFailure(400, "UnsupportedOperationError", message)
    }

    static func notWritable(_ message: String) -> StorageFailure {
        StorageFailure(409, "FileNotWritableError", message)
    }

    static func usageLimit(_ message: String) -> StorageFailure {
        StorageFailure(403, "UsageLimitExceededError", message)
    }

    static func unsatisfiable(size: Int64) -> StorageFailure {
        StorageFailure(
            416, [Problem(name: "RangeNotSatisfiableError", message: "The requested range is not satisfiable.")],
            unsatisfiedSize: size)
    }

    static func tooLarge(_ limit: Int) -> StorageFailure {
        StorageFailure(413, "InvalidRequestError", "The body is larger than \(limit) bytes")
    }
}
