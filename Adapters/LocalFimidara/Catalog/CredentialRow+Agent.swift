internal import GRDB
internal import LogModel

extension CredentialRow {
    /// Who a caller is.
    /// - Throws: a failure with status 401 when the credential is not known, was taken back, or has expired.
    static func agent(of caller: Caller, now: Timestamp, in db: Database) throws -> Agent {
        guard case .bearer(let hash) = caller else { return .anyone }
        return .token(try live(hash, now: now, in: db).agentTokenId)
    }

    /// The credential of a hash.
    ///
    /// The token's own end counts as well, so bringing it forward takes effect at once.
    /// - Throws: a failure with status 401 as ``agent(of:now:in:)`` does.
    static func live(_ hash: String, now: Timestamp, in db: Database) throws -> CredentialRow {
        guard let credential = try CredentialRow.fetchOne(db, key: hash),
            let token = try AgentTokenRow.fetchOne(db, key: credential.agentTokenId)
        else { throw StorageFailure.invalidCredentials }
        let ends = [credential.expiresAt, token.expiresAt].compactMap { $0 }
        guard ends.allSatisfy({ now.milliseconds < $0 }) else { throw StorageFailure.invalidCredentials }
        return credential
    }
}
