import Crypto
public import LogModel
public import LogQuery

/// Signs positions with HMAC-SHA-256 (RFC 2104), cut to 128 bits.
public struct HMACSigner: PositionSigner {
    private let key: SymmetricKey

    /// A signer whose key is derived from a secret, so that who shares the secret shares the positions.
    public init(_ secret: Secret) {
        key = secret.reveal { secret in
            let label = Array("logferry positions v1".utf8)
            let code = HMAC<SHA256>.authenticationCode(for: label, using: SymmetricKey(data: Array(secret.utf8)))
            return SymmetricKey(data: Array(code))
        }
    }

    /// 16 bytes.
    public func signature(of bytes: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(16))
    }
}
