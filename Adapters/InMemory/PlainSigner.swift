import LogModel
public import LogQuery

/// Signs with a checksum, which keeps nobody from forging.
///
/// For tests: it finds what was changed, and tells keys apart.
public struct PlainSigner: PositionSigner {
    private let key: UInt8

    /// A signer; signers of different keys refuse each other's signatures.
    public init(key: UInt8 = 0) { self.key = key }

    /// 16 bytes.
    public func signature(of bytes: [UInt8]) -> [UInt8] {
        let (one, other) = (bytes + [key, 1], bytes + [key, 2])
        return [XXH64.value(of: one.span), XXH64.value(of: other.span)].flatMap { number in
            stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
        }
    }
}
