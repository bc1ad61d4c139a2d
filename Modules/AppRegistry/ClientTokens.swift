public import LogModel

/// Issues, checks and revokes client tokens.
public struct ClientTokens: Sendable {
    private let apps: any AppStore
    private let store: any ClientTokenStore
    private let hasher: any SecretHasher
    private let clock: any WallClock
    private let entropy: any Entropy

    /// Puts the service together; `entropy` must be fit for secrets.
    public init(
        apps: any AppStore, store: any ClientTokenStore, hasher: any SecretHasher, clock: any WallClock,
        entropy: any Entropy
    ) {
        self.apps = apps
        self.store = store
        self.hasher = hasher
        self.clock = clock
        self.entropy = entropy
    }

    /// A token as it is handed out: the only time that its secret is seen.
    public struct Issued: Sendable {
        /// What is kept of it.
        public let token: ClientToken
        /// The text for the client.
        public let secret: Secret
    }

    /// Issues a token for an app.
    /// - Throws: ``RegistryError`` `.unknownApp`, `.expiryInPast`, `.invalidTokenName`; ``RegistryStoreError``.
    public func issue(
        for app: AppID, name: String?, scopes: TokenScopes = .write, expiresAt: Timestamp? = nil
    ) async throws -> Issued {
        let now = clock.now()
        if let expiresAt, expiresAt <= now { throw RegistryError.expiryInPast }
        guard let registered = try await apps.app(app), registered.deletedAt == nil else {
            throw RegistryError.unknownApp(app.text)
        }
        let text = TokenText(id: .mint(at: now, from: entropy), randomBytes: entropy.bytes(32))
        let label = name ?? "token-\(CivilDay(of: now))"
        guard ClientTokens.isValidName(label) else { throw RegistryError.invalidTokenName }
        let token = ClientToken(
            id: text.id, app: app, name: label, scopes: scopes, digest: hasher.digest(of: Array(text.secret.utf8)),
            createdAt: now, expiresAt: expiresAt)
        try await store.add(token)
        return Issued(token: token, secret: Secret(text.text))
    }

    /// Finds the token that a client presents and that may do `scope`.
    /// - Throws: ``TokenRefusal`` when the client is not to be let in; ``RegistryStoreError``.
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
    /// - Throws: ``TokenRefusal`` when its holder is not to be let in any more; ``RegistryStoreError``.
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
    public func revoke(_ id: TokenID, of app: AppID) async throws(RegistryStoreError) -> Bool {
        guard let token = try await store.token(id), token.app == app else { return false }
        return try await store.revoke(id, at: clock.now())
    }

    /// Up to `limit` tokens of an app after `last`, revoked and expired ones included.
    public func list(
        of app: AppID, after last: TokenID? = nil, limit: Int = 100
    ) async throws(RegistryStoreError) -> [ClientToken] {
        try await store.tokens(of: app, after: last, limit: limit)
    }

    /// All revoked tokens of an app whose end on the storage side is not confirmed.
    public func owed(of app: AppID) async throws(RegistryStoreError) -> [TokenID] {
        let pageSize = 1000
        var owed: [TokenID] = []
        while true {
            let page = try await store.pendingRevocations(of: app, after: owed.last, limit: pageSize)
            owed += page
            guard page.count == pageSize else { return owed }
        }
    }

    /// Names are for people: 1 to 100 bytes without control characters.
    private static func isValidName(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count) && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
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
