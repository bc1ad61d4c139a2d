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

/// Base 64 with the URL alphabet, without padding (RFC 4648 section 5).
func base64URL(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    var buffer: UInt32 = 0
    var bits: UInt32 = 0
    for byte in bytes {
        buffer = buffer << 8 | UInt32(byte)
        bits += 8
        while bits >= 6 {
            bits -= 6
            text.append(alphabet[Int(buffer >> bits & 63)])
        }
    }
    if bits > 0 { text.append(alphabet[Int(buffer << (6 - bits) & 63)]) }
    return String(decoding: text, as: UTF8.self)
}
