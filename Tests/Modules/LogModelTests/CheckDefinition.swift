import Testing

/// What reflected cyclic redundancy checks are, bit by bit.
enum CheckDefinition {
    /// Bytes to check.
    static let bytes = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ 7) }

    /// The check of some bytes by a polynomial.
    static func check<Register: FixedWidthInteger & UnsignedInteger>(
        _ bytes: [UInt8], _ polynomial: Register
    ) -> Register {
        ~bytes.reduce(Register.max) { register, byte in
            (0..<8).reduce(register ^ Register(byte)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1
            }
        }
    }

    /// Makes sure that a check goes on as it would have, wherever 300 bytes are cut.
    static func compare<Register: FixedWidthInteger & UnsignedInteger>(
        _ whole: (Span<UInt8>) -> Register, _ continued: (Span<UInt8>, Register) -> Register
    ) {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let expected = whole(bytes.span)
        for cut in 0...bytes.count {
            let first = continued(bytes.span.extracting(0..<cut), 0)
            #expect(continued(bytes.span.extracting(cut..<bytes.count), first) == expected)
        }
    }
}
