public import LogModel

/// Issues, checks and revokes client tokens.
public struct ClientTokens: Sendable {
    let apps: any AppStore
    let store: any ClientTokenStore
    let hasher: any SecretHasher
    let clock: any WallClock
    let entropy: any Entropy
    let settlement: Settlement
    let unseen = UnseenTokens()

    /// Makes the service.
    /// - Parameters:
    ///   - apps: the apps that tokens belong to.
    ///   - store: keeps the tokens.
    ///   - hasher: computes the hashes that are stored instead of secrets.
    ///   - clock: tells the times of issue, expiry and revocation.
    ///   - entropy: supplies secrets; it must be fit for them.
    ///   - ticks: measures how long the service tries to find out what became of a change whose answer was lost.
    public init(
        apps: any AppStore, store: any ClientTokenStore, hasher: any SecretHasher, clock: any WallClock,
        entropy: any Entropy, ticks: any Clock<Duration>
    ) {
        self.apps = apps
        self.store = store
        self.hasher = hasher
        self.clock = clock
        self.entropy = entropy
        settlement = Settlement(ticks: ticks, entropy: entropy)
    }

    /// Authenticates the token that a client presents, for a scope.
    /// - Throws: ``TokenRefusal`` when the token is refused; ``StoreError`` when the store cannot be read.
    public func authenticate(_ presented: String, for scope: TokenScopes) async throws -> ClientToken {
        guard let text = TokenText(presented), let token = try await store.token(text.id) else {
            throw TokenRefusal.unknown
        }
        // Before anything else: only who knows the secret is told what became of the token.
        guard constantTimeEqual(token.digest, hasher.digest(of: Array(text.secret.utf8))) else {
            throw TokenRefusal.unknown
        }
        return try await judge(token, for: scope)
    }

    /// Checks again a token that was authenticated before.
    /// - Throws: ``TokenRefusal`` when the token is refused now; ``StoreError`` when the store cannot be read.
    public func confirm(_ id: TokenID, for scope: TokenScopes) async throws -> ClientToken {
        guard let token = try await store.token(id) else { throw TokenRefusal.unknown }
        return try await judge(token, for: scope)
    }

    private func judge(_ token: ClientToken, for scope: TokenScopes) async throws -> ClientToken {
        // Deleting an app revokes its tokens; the app is the reason that says more.
        guard let app = try await apps.app(token.app), app.deletedAt == nil else { throw TokenRefusal.appDeleted }
        if token.revokedAt != nil { throw TokenRefusal.revoked }
        if let expiresAt = token.expiresAt, expiresAt <= clock.now() { throw TokenRefusal.expired }
        guard token.scopes.isSuperset(of: scope) else { throw TokenRefusal.outOfScope(scope) }
        return token
    }

    /// Tells whether a text has the form of a client token, which need not exist.
    public static func isWellFormed(_ text: String) -> Bool { TokenText(text) != nil }

    /// Revokes a token of an app.
    /// - Returns: `false` when the app has no such token or it was revoked before.
    public func revoke(_ id: TokenID, of app: AppID) async throws(StoreError) -> Bool {
        guard let token = try await store.token(id), token.app == app else { return false }
        let now = clock.now()
        return try await settlement.settle { () async throws(StoreError) in
            try await store.revoke(id, at: now)
        } isDone: { () async throws(StoreError) in
            try await store.token(id)?.revokedAt == now
        }
    }

    /// Revokes the tokens that this process may have issued without showing their secrets.
    /// - Throws: ``StoreError`` when one is still not known to be revoked.
    public func revokeUnseen() async throws(StoreError) {
        try await unseen.revoke(in: store, at: clock.now())
    }

    /// Reads a page of an app's tokens with ids greater than `last`, revoked and expired tokens included.
    public func list(
        of app: AppID, after last: TokenID? = nil, limit: Int = 100
    ) async throws(StoreError) -> [ClientToken] {
        try await store.tokens(of: app, after: last, limit: limit)
    }

    /// Reads all revoked tokens of an app whose storage tokens may still exist.
    public func owed(of app: AppID) async throws(StoreError) -> [TokenID] {
        let pageSize = 1000
        var owed: [TokenID] = []
        while true {
            let page = try await store.pendingRevocations(of: app, after: owed.last, limit: pageSize)
            owed += page
            guard page.count == pageSize else { return owed }
        }
    }
}

/// The reason why a token is refused.
public enum TokenRefusal: Error, Sendable, Hashable {
    /// No token has this text.
    case unknown
    /// It was revoked.
    case revoked
    /// It has expired.
    case expired
    /// Its app was deleted.
    case appDeleted
    /// It is valid, and lacks the scope.
    case outOfScope(TokenScopes)
}
