public import LogModel

/// What is kept of a client token: everything but its secret.
public struct ClientToken: Sendable, Hashable {
    /// Who it is; no secret.
    public let id: TokenID
    /// The app it belongs to.
    public let app: AppID
    /// What people call it.
    public let name: String
    /// What it may do.
    public let scopes: TokenScopes
    /// SHA-256 of the secret's text.
    public let digest: [UInt8]
    /// When it was issued.
    public let createdAt: Timestamp
    /// From when on it is refused; `nil` means never.
    ///
    /// It is `createdAt` until the token is handed out, so that one whose secret nobody has seen opens nothing.
    public let expiresAt: Timestamp?
    /// When it was revoked; `nil` when it was not.
    public let revokedAt: Timestamp?
    /// The secret as only the ``IdempotencyKey`` that it was issued under opens it; `nil` without one, and after a day.
    public let seal: [UInt8]?

    /// Makes a token from its parts.
    public init(
        id: TokenID, app: AppID, name: String, scopes: TokenScopes, digest: [UInt8], createdAt: Timestamp,
        expiresAt: Timestamp?, revokedAt: Timestamp? = nil, seal: [UInt8]? = nil
    ) {
        self.id = id
        self.app = app
        self.name = name
        self.scopes = scopes
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.seal = seal
    }

    /// The same token with another end.
    func ending(at end: Timestamp?) -> ClientToken {
        ClientToken(
            id: id, app: app, name: name, scopes: scopes, digest: digest, createdAt: createdAt, expiresAt: end,
            revokedAt: revokedAt, seal: seal)
    }
}

/// What a client token may do.
public struct TokenScopes: OptionSet, Sendable, Hashable {
    /// The bits as stores keep them.
    public let rawValue: UInt8
    /// Takes stored bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Init an SDK and push.
    public static let write = TokenScopes(rawValue: 1)
    /// Read the app's records.
    public static let read = TokenScopes(rawValue: 2)

    /// The words for the scopes, in a fixed order.
    public var words: [String] {
        (contains(.write) ? ["write"] : []) + (contains(.read) ? ["read"] : [])
    }

    /// Reads words; `nil` when one is not a scope or there is none.
    public init?(words: [String]) {
        var scopes: TokenScopes = []
        for word in words {
            switch word {
            case "write": scopes.insert(.write)
            case "read": scopes.insert(.read)
            default: return nil
            }
        }
        guard !scopes.isEmpty else { return nil }
        self = scopes
    }
}
