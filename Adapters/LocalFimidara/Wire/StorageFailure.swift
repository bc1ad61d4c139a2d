/// A refusal in fimidara's shape: `{"errors": [{"name", "message", "field"?, "action"?}]}`.
struct StorageFailure: Error, Sendable, Equatable {
    struct Problem: Sendable, Equatable {
        let name: StorageErrorName
        let message: String
        var field: String?
        var action: String?
    }

    let status: Int
    let problems: [Problem]
    /// The size of the file, for the `Content-Range` of a 416.
    var unsatisfiedSize: Int64?
    /// The limit that was reached, if one was.
    var limit: StorageLimit?
    /// Seconds after which the same request may succeed.
    var retryAfter: Int?

    init(_ status: Int, _ problems: [Problem], unsatisfiedSize: Int64? = nil) {
        self.status = status
        self.problems = problems
        self.unsatisfiedSize = unsatisfiedSize
    }

    init(_ status: Int, _ name: StorageErrorName, _ message: String) {
        self.init(status, [Problem(name: name, message: message)])
    }

    var response: StorageResponse {
        let errors = problems.map { problem in
            var members = [
                JSONValue.Member(name: "name", value: .string(problem.name.rawValue)),
                JSONValue.Member(name: "message", value: .string(problem.message)),
            ]
            if let action = problem.action { members.append(.init(name: "action", value: .string(action))) }
            if let field = problem.field { members.append(.init(name: "field", value: .string(field))) }
            return JSONValue.object(members)
        }
        var headers: StorageHeaders = [:]
        if let unsatisfiedSize { headers["content-range"] = "bytes */\(unsatisfiedSize)" }
        if let retryAfter { headers["retry-after"] = String(retryAfter) }
        return .json(["errors": .array(errors)], status: status, headers: headers)
    }
}

extension StorageFailure {
    static let permissionDenied = StorageFailure(403, .permissionDenied, "Permission denied")
    static let serverError = StorageFailure(500, .server, "Server error")
    static let malformedJSON = StorageFailure(400, .invalidRequest, "The body is not well-formed JSON")
    static let fileNotFound = notFound("File not found")
    static let folderNotFound = notFound("Folder not found")
    static let appendUnsupported = StorageFailure(
        400, .unsupportedOperation, "The backend does not support append file operations")

    static let invalidCredentials = StorageFailure(
        401, [Problem(name: .invalidCredentials, message: "Invalid credentials", action: "loginAgain")])

    static func notFound(_ message: String) -> StorageFailure { StorageFailure(404, .notFound, message) }

    static func exists(_ message: String) -> StorageFailure { StorageFailure(409, .resourceExists, message) }

    static func invalid(_ message: String) -> StorageFailure { StorageFailure(400, .invalidRequest, message) }

    static func invalidField(_ field: String, _ message: String) -> StorageFailure {
        StorageFailure(
            400, [Problem(name: .validation, message: message, field: field)])
    }

    static func unsupported(_ message: String) -> StorageFailure {
        StorageFailure(400, .unsupportedOperation, message)
    }

    static func notWritable(_ message: String) -> StorageFailure {
        StorageFailure(409, .fileNotWritable, message)
    }

    static func usageLimit(_ message: String, _ limit: StorageLimit) -> StorageFailure {
        var failure = StorageFailure(403, .usageLimitExceeded, message)
        failure.limit = limit
        return failure
    }

    /// There is no room on the disk; nothing of the request was kept, so that it may be sent again.
    static let diskFull: StorageFailure = {
        var failure = StorageFailure(503, .server, "The disk of the store is full")
        failure.limit = .disk
        failure.retryAfter = 10
        return failure
    }()

    /// The catalog was deleted or replaced; what is written to the one that is open would be gone.
    static let catalogLost: StorageFailure = {
        var failure = StorageFailure(503, .server, "The catalog of the store was deleted or replaced")
        failure.retryAfter = 10
        return failure
    }()

    /// Another process, as a shell or a backup, has locked the catalog.
    static let catalogLocked: StorageFailure = {
        var failure = StorageFailure(503, .server, "Another process has locked the catalog of the store")
        failure.retryAfter = 2
        return failure
    }()

    static let noPartedUpload = invalid("The file has no upload in parts of this id; start one first")

    static func locked(_ message: String) -> StorageFailure { StorageFailure(409, .resourceLocked, message) }

    static func unsatisfiable(size: Int64) -> StorageFailure {
        StorageFailure(
            416, [Problem(name: .rangeNotSatisfiable, message: "The requested range is not satisfiable.")],
            unsatisfiedSize: size)
    }

    static func tooLarge(_ limit: Int) -> StorageFailure {
        StorageFailure(413, .invalidRequest, "The body is larger than \(limit) bytes")
    }
}
