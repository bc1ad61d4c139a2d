public import AppRegistry

/// A hash without any strength: it tells secrets apart and needs no library.
public struct PlainHasher: SecretHasher {
    /// Makes a hasher.
    public init() {}

    /// 32 bytes that depend on every byte of the secret (FNV-1a, once for each of four beginnings).
    public func digest(of secret: [UInt8]) -> [UInt8] {
        (UInt64(0)..<4).flatMap { lane -> [UInt8] in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325 &+ lane
            for byte in secret { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            return (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
        }
    }

    /// 32 bytes that depend on every byte of both.
    public func code(of message: [UInt8], under key: [UInt8]) -> [UInt8] { digest(of: key + [0] + message) }
}
