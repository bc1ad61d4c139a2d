import LogModel

/// What calls about agent tokens send and get; only the members that we use.
enum TokenWire {
    /// Body of addToken.
    struct Creation: Encodable, Sendable {
        let name: String
        let providedResourceId: String
        /// Without it a credential lives as long as the token, which may be for ever.
        let shouldRefresh = true
        /// Milliseconds.
        let refreshDuration: Int64
        /// Milliseconds since the epoch.
        let expiresAt: Int64?

        private enum CodingKeys: String, CodingKey {
            case name, providedResourceId, shouldRefresh, refreshDuration, expiresAt
        }
    }

    /// Names a token by one of its two ids; absent members are not sent.
    struct Locator: Encodable, Sendable {
        var tokenId: String?
        var providedResourceId: String?
        var shouldEncode: Bool?
        /// `true` for the caller's own token.
        var onReferenced: Bool?
    }

    /// Answer of addToken and getToken.
    struct Answer: Decodable, Sendable {
        let token: Token
    }

    /// An agent token.
    ///
    /// Its `refreshToken` is not even read: whoever has it can go on where a credential should end.
    struct Token: Decodable, Sendable {
        let resourceId: String
        let workspaceId: String?
        let providedResourceId: String?
        let jwtToken: Hidden?
        /// Milliseconds since the epoch; absent when the credential never ends.
        let jwtTokenExpiresAt: Int64?
    }

    /// Text that becomes a secret before anything can print it.
    struct Hidden: Decodable, Sendable {
        let secret: Secret

        init(from decoder: any Decoder) throws {
            secret = Secret(try decoder.singleValueContainer().decode(String.self))
        }
    }

    /// Answer of deleteToken, whose job we do not follow: the token is dead before the answer.
    struct Deletion: Decodable, Sendable {}
}
