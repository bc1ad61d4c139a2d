public import AppRegistry
import Digests

/// SHA-256 (FIPS 180-4), and HMAC over it (RFC 2104).
///
/// Secrets of ours have 256 random bits, so a fast hash is enough.
public struct SHA256Hasher: SecretHasher {
    /// Makes a hasher.
    public init() {}

    /// 32 bytes.
    public func digest(of secret: [UInt8]) -> [UInt8] {
        SHA256.hash(secret)
    }

    /// 32 bytes.
    public func code(of message: [UInt8], under key: [UInt8]) -> [UInt8] {
        HMACSHA256.code(of: message, under: key)
    }
}
