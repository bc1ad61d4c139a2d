internal import Digests

/// What a request shows of who sends it.
///
/// It holds no secret, only the secret's hash.
enum Caller: Sendable, Equatable {
    case anyone
    case bearer(hash: String)

    /// Reads an `Authorization` header.
    ///
    /// Another scheme than `Bearer` counts as none at all, as fimidara has it.
    /// - Throws: a failure with status 401 unless the header is a scheme and a value with one space between them.
    init(authorization: String?) throws {
        guard let authorization else {
            self = .anyone
            return
        }
        let parts = authorization.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { throw StorageFailure.invalidCredentials }
        self = parts[0].lowercased() == "bearer" ? .bearer(hash: Caller.hash(of: String(parts[1]))) : .anyone
    }

    /// What is stored of a secret.
    ///
    /// It is random and long, so one round of SHA-256 is enough.
    static func hash(of secret: String) -> String {
        SHA256.hash(Array(secret.utf8)).hexadecimal
    }
}
