public import LogModel

/// A client token without its secret, as stores keep it.
public struct ClientToken: Sendable, Hashable {
    /// The token's id; it is no secret.
    public let id: TokenID
    /// The app that it belongs to.
    public let app: AppID
    /// The name for people.
    public let name: String
    /// The rights of the token.
    public let scopes: TokenScopes
    /// The SHA-256 hash of the secret's text.
    public let digest: [UInt8]
    /// The time of issue.
    public let createdAt: Timestamp
    /// The first moment at which the token is refused; `nil` means never.
    ///
    /// It is `createdAt` until the token is handed out, so that a token whose secret was never shown is of no use.
    public let expiresAt: Timestamp?
    /// The time of revocation; `nil` when the token is not revoked.
    public let revokedAt: Timestamp?
    /// The secret, encrypted under the ``IdempotencyKey`` of the issue; `nil` without a key, and after a day.
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

/// The rights of a client token.
public struct TokenScopes: OptionSet, Sendable, Hashable {
    /// The bits that stores keep.
    public let rawValue: UInt8
    /// Makes scopes from stored bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The right to initialise an SDK and to push.
    public static let write = TokenScopes(rawValue: 1)
    /// The right to read the app's records.
    public static let read = TokenScopes(rawValue: 2)

    /// The names of the scopes, in a fixed order.
    public var words: [String] {
        (contains(.write) ? ["write"] : []) + (contains(.read) ? ["read"] : [])
    }

    /// Parses names of scopes; `nil` when one is unknown or there is none.
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
