import Digests
public import LogModel
public import LogQuery

/// Signs positions with HMAC-SHA-256 (RFC 2104), cut to 128 bits.
public struct HMACSigner: PositionSigner {
    private let key: [UInt8]

    /// A signer whose key is derived from a secret, so that who shares the secret shares the positions.
    public init(_ secret: Secret) {
        key = secret.reveal { secret in
            HMACSHA256.code(of: Array("logferry positions v1".utf8), under: Array(secret.utf8))
        }
    }

    /// 16 bytes.
    public func signature(of bytes: [UInt8]) -> [UInt8] {
        Array(HMACSHA256.code(of: bytes, under: key).prefix(16))
    }
}
