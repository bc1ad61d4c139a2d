import LogModel

/// The text that a client holds: `lfy_<26 characters of the id>_<43 characters of secret>`.
///
/// The id in it finds the row; the secret is 32 random bytes in base 64 with the URL alphabet (RFC 4648 section 5),
/// without padding.
struct TokenText {
    static let prefix = "lfy_"

    let id: TokenID
    let secret: String

    /// The whole text.
    var text: String { TokenText.prefix + id.text.dropFirst(TokenID.kind.count + 1) + "_" + secret }

    init(id: TokenID, randomBytes: [UInt8]) {
        self.id = id
        secret = base64URL(randomBytes)
    }

    /// Splits a text; `nil` when it has not the shape of a client token.
    init?(_ text: String) {
        guard text.hasPrefix(TokenText.prefix), text.utf8.count == 4 + 26 + 1 + 43 else { return nil }
        let parts = text.dropFirst(4).split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let id = TokenID("\(TokenID.kind)_\(parts[0])") else { return nil }
        self.id = id
        secret = String(parts[1])
    }
}
