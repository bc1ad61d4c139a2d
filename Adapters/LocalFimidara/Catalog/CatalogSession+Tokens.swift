internal import GRDB
internal import LogModel

extension CatalogSession {
    /// Makes a credential for a token.
    ///
    /// Those of the token that have expired are dropped on the way.
    func mintCredential(for token: AgentTokenRow) throws -> MintedCredential {
        let refreshes = token.shouldRefresh == true
        let (sum, isTooFar) = now.milliseconds.addingReportingOverflow(token.refreshDuration)
        let ends = [refreshes && !isTooFar ? sum : nil, token.expiresAt].compactMap { $0 }
        let credential = MintedCredential(
            secret: "lf_\(RandomText.mint(43, from: entropy))",
            refreshSecret: refreshes ? RandomText.mint(43, from: entropy) : nil,
            expiresAt: ends.min())
        try db.execute(
            sql: "DELETE FROM credential WHERE agentTokenId = ? AND expiresAt <= ?",
            arguments: [token.id, now.milliseconds])
        try CredentialRow(
            hash: Caller.hash(of: credential.secret), agentTokenId: token.id, expiresAt: credential.expiresAt,
            refreshHash: credential.refreshSecret.map { Caller.hash(of: $0) }, isBootstrap: false
        ).insert(db)
        return credential
    }

    /// Removes a token; its credentials go with it, at once.
    func remove(_ token: AgentTokenRow) throws {
        try token.delete(db)
        try forgetPermissions(of: [token.id])
    }

    /// Refuses a token whose name or provided id another token has.
    /// - Throws: a failure with status 409.
    func checkIsUnique(_ token: AgentTokenRow) throws {
        if let provided = token.providedResourceId {
            let other = try String.fetchOne(
                db, sql: "SELECT id FROM agentToken WHERE providedResourceId = ? AND id <> ?",
                arguments: [provided, token.id])
            guard other == nil else {
                throw StorageFailure.exists("Agent token with provided ID \(provided) exists")
            }
        }
        if let name = token.name {
            let other = try String.fetchOne(
                db, sql: "SELECT id FROM agentToken WHERE foldedName = ? AND id <> ?",
                arguments: [name.folded, token.id])
            guard other == nil else { throw StorageFailure.exists("Agent token exists") }
        }
    }
}
