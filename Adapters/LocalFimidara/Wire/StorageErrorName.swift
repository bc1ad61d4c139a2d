/// What fimidara's server calls its errors, as far as this store has them; `Docs/Errors.md` lists the same ones.
enum StorageErrorName: String, Sendable, Equatable, CaseIterable {
    case fileNotWritable = "FileNotWritableError"
    case invalidCredentials = "InvalidCredentialsError"
    case invalidRequest = "InvalidRequestError"
    case notFound = "NotFoundError"
    case permissionDenied = "PermissionDeniedError"
    case rangeNotSatisfiable = "RangeNotSatisfiableError"
    case resourceExists = "ResourceExistsError"
    case resourceLocked = "ResourceLockedError"
    case server = "ServerError"
    case unsupportedOperation = "UnsupportedOperationError"
    case usageLimitExceeded = "UsageLimitExceededError"
    case validation = "ValidationError"
}
