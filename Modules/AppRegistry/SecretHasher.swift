/// Computes hashes and authentication codes of secrets.
public protocol SecretHasher: Sendable {
    /// Computes a hash from which the secret cannot be found again.
    /// - Returns: 32 bytes.
    func digest(of secret: [UInt8]) -> [UInt8]

    /// Computes a message authentication code, which cannot be computed without the key.
    /// - Returns: 32 bytes.
    func code(of message: [UInt8], under key: [UInt8]) -> [UInt8]
}
