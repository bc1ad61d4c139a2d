public import LogModel
public import SdkProvisioning

extension FimidaraStorageAdministration {
    /// How many tokens may stand for one client token before deleting them is given up for this time.
    private static let twinLimit = 16

    /// Mints a fresh JWT; its time is floored to whole seconds, as the `exp` within it is.
    public func credential(for owner: TokenID) async throws(StorageError) -> StorageCredential? {
        guard let token = try await token(of: owner, encoded: true) else { return nil }
        guard let secret = token.jwtToken?.secret, !secret.isEmpty else {
            throw StorageError(.unavailable, detail: "getToken answered without the jwtToken that was asked for")
        }
        let expiry = token.jwtTokenExpiresAt.map { Timestamp(milliseconds: $0 - ($0 % 1000 + 1000) % 1000) }
        return StorageCredential(
            secret: secret, expiresAt: expiry, holder: StorageTokenID(token.resourceId))
    }

    /// The agent token's resource id; no JWT is minted.
    public func holder(of owner: TokenID) async throws(StorageError) -> StorageTokenID? {
        try await token(of: owner).map { StorageTokenID($0.resourceId) }
    }

    /// Creates the agent token; JWTs live for `lifetime` after each is minted, and never beyond `expiresAt`.
    public func createToken(
        for owner: TokenID, lifetime: Duration, expiresAt: Timestamp?
    ) async throws(StorageError) {
        let milliseconds = lifetime / .milliseconds(1)
        guard milliseconds >= 1, milliseconds < 1e15 else {
            // The server reads 0 as its default of 30 days.
            throw StorageError(.rejected, detail: "a credential's lifetime must be at least a millisecond")
        }
        let creation = TokenWire.Creation(
            name: "logferry-\(owner.text)", providedResourceId: owner.text, refreshDuration: Int64(milliseconds),
            expiresAt: expiresAt?.milliseconds)
        let made = try await asking { () async throws(FimidaraFailure) in
            try await client.call(.addToken, creation, answer: TokenWire.Answer.self).token
        }
        try await yieldToTwin(of: made, owner)
    }

    /// Deletes until the server knows none any more.
    ///
    /// Two creations at the same moment can both succeed upstream, so one deletion may leave a twin.
    public func deleteTokens(for owner: TokenID) async throws(StorageError) -> Bool {
        // Asked first: a deletion whose answer was lost looks like "there was none" when it is repeated.
        guard try await token(of: owner) != nil else { return false }
        for _ in 0..<FimidaraStorageAdministration.twinLimit {
            guard try await delete(TokenWire.Locator(providedResourceId: owner.text)) else { return true }
        }
        throw StorageError(.unavailable, detail: "deleteToken still finds tokens of \(owner)")
    }

    /// Puts the agent token into the group, by the token's resource id.
    public func assign(_ group: StorageGroupID, to owner: TokenID) async throws(StorageError) {
        guard let token = try await token(of: owner) else {
            throw StorageError(.notFound, detail: "there is no token of \(owner) to put into a group")
        }
        let assignment = PermissionWire.Assignment(entityId: [token.resourceId], permissionGroupId: [group.text])
        try await asking { () async throws(FimidaraFailure) in
            _ = try await client.call(.assignPermissionGroups, assignment, answer: PermissionWire.Nothing.self)
        }
    }

    /// The agent token that stands for a client token, or `nil`.
    private func token(of owner: TokenID, encoded: Bool = false) async throws(StorageError) -> TokenWire.Token? {
        let locator = TokenWire.Locator(providedResourceId: owner.text, shouldEncode: encoded ? true : nil)
        let token: TokenWire.Token
        do { token = try await client.call(.getToken, locator, answer: TokenWire.Answer.self).token } catch {
            guard error.reason == .notFound else { throw StorageError(error) }
            return nil
        }
        guard token.providedResourceId == owner.text else {
            throw StorageError(.unverified, detail: "getToken answered with another token than that of \(owner)")
        }
        return token
    }

    /// Deletes our token again if look-ups by the client token's id find another one.
    ///
    /// The server checks for duplicates and then inserts, without an index that would refuse the second. Whoever is
    /// not the one that look-ups find steps back, so that one remains.
    private func yieldToTwin(of made: TokenWire.Token, _ owner: TokenID) async throws(StorageError) {
        guard let found = try await token(of: owner), found.resourceId != made.resourceId else { return }
        _ = try await delete(TokenWire.Locator(tokenId: made.resourceId))
        throw StorageError(.conflict, detail: "addToken made a second token of \(owner), which was deleted again")
    }

    /// Deletes a token; `false` when there is none.
    private func delete(_ locator: TokenWire.Locator) async throws(StorageError) -> Bool {
        do { _ = try await client.call(.deleteToken, locator, answer: TokenWire.Deletion.self) } catch {
            guard error.reason == .notFound else { throw StorageError(error) }
            return false
        }
        return true
    }
}
