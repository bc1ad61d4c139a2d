public import LogModel

/// The name that a caller gives to a request that creates something, which makes the request idempotent.
///
/// The id of the created thing is derived from the key, so that a repeated request finds the result of the first. The
/// caller's credential is part of the derivation: the same key of another caller means another request, and no other
/// caller can derive ids or secrets.
public struct IdempotencyKey: Sendable {
    private let text: String
    private let credential: Secret
    private let hasher: any SecretHasher

    /// The rule in words, for error messages.
    public static let rule = "1 to \(mostBytes) visible ASCII characters"
    private static let mostBytes = 200

    /// Checks a key; `nil` when it breaks the rule.
    /// - Parameters:
    ///   - text: the key as the caller sent it.
    ///   - credential: the credential that the caller authenticated with.
    ///   - hasher: derives ids and secrets from both.
    public init?(_ text: String, of credential: Secret, hasher: any SecretHasher) {
        guard (1...IdempotencyKey.mostBytes).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.text = text
        self.credential = credential
        self.hasher = hasher
    }

    /// The id of the app that is registered under the key.
    var appID: AppID { .made(of: Array(code("app").prefix(16))) }
    /// The id of the token that is issued under the key.
    var tokenID: TokenID { .made(of: Array(code("token").prefix(16))) }

    /// Closes 32 random bytes, or opens them again.
    ///
    /// A key seals one secret: the store has one token of its id.
    func seal(_ bytes: [UInt8]) -> [UInt8] { zip(bytes, code("seal")).map { $0 ^ $1 } }

    /// 32 bytes for a use of the key.
    private func code(_ use: String) -> [UInt8] {
        hasher.code(
            of: Array("logferry idempotency \(use) \(text)".utf8), under: credential.reveal { Array($0.utf8) })
    }
}
