internal import GRDB

/// What is stored of a secret that proves who its bearer is.
struct CredentialRow: Codable, Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "credential"

    /// SHA-256 of the secret, in hexadecimal digits.
    let hash: String
    let agentTokenId: String
    /// Milliseconds since the epoch; `nil` for never.
    let expiresAt: Int64?
    /// SHA-256 of the refresh token that came with it.
    let refreshHash: String?
    /// Whether it is the administrator's, which the configuration gives.
    let isBootstrap: Bool
}
