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

    /// Puts the service together.
    /// - Parameters:
    ///   - apps: the apps that tokens belong to.
    ///   - store: keeps the tokens.
    ///   - hasher: what is stored of secrets.
    ///   - clock: tells when tokens begin and end.
    ///   - entropy: must be fit for secrets.
    ///   - ticks: measures how long a change is looked for whose answer was lost.
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

    /// Finds the token that a client presents and that may do `scope`.
    /// - Throws: ``TokenRefusal`` when the client is not to be let in; ``StoreError``.
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

    /// Looks again at a token that was authenticated before.
    /// - Throws: ``TokenRefusal`` when its holder is not to be let in any more; ``StoreError``.
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

    /// Whether a text has the form of a client token; says nothing about whether there is one.
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

    /// Revokes the tokens that this process has issued in vain: they may live, and nobody has seen their secrets.
    /// - Throws: ``StoreError`` when one is left still.
    public func revokeUnseen() async throws(StoreError) {
        try await unseen.revoke(in: store, at: clock.now())
    }

    /// Up to `limit` tokens of an app after `last`, revoked and expired ones included.
    public func list(
        of app: AppID, after last: TokenID? = nil, limit: Int = 100
    ) async throws(StoreError) -> [ClientToken] {
        try await store.tokens(of: app, after: last, limit: limit)
    }

    /// All revoked tokens of an app whose end on the storage side is not confirmed.
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

/// Why a presented token is refused.
public enum TokenRefusal: Error, Sendable, Hashable {
    /// No token has this text.
    case unknown
    /// It was revoked.
    case revoked
    /// Its time is over.
    case expired
    /// Its app was deleted.
    case appDeleted
    /// It is good, but not for this.
    case outOfScope(TokenScopes)
}
