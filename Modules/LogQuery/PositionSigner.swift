import LogModel

/// Signs positions that callers send back, so that only positions of this deployment are accepted.
public protocol PositionSigner: Sendable {
    /// Computes a signature of 16 bytes, which cannot be computed without the key.
    func signature(of bytes: [UInt8]) -> [UInt8]
}

extension PositionSigner {
    /// The bytes with their signature behind them, as a text.
    func sealed(_ bytes: [UInt8]) -> String { base64URL(bytes + signature(of: bytes)) }

    /// The bytes in a text of ``sealed(_:)``; `nil` when it is none.
    func opened(_ text: String) -> [UInt8]? {
        guard let all = bytes(ofBase64URL: text), all.count > 16 else { return nil }
        let bytes = Array(all.dropLast(16))
        return constantTimeEqual(signature(of: bytes), Array(all.suffix(16))) ? bytes : nil
    }
}
