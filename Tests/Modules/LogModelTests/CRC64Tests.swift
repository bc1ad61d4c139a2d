import LogModel
import Testing

@Suite("CRC-64/XZ")
struct CRC64Tests {
    /// The check value of the catalogue of parametrised CRC algorithms.
    @Test("gives the published value")
    func published() {
        let digits = Array("123456789".utf8), nothing: [UInt8] = []
        let (ofDigits, ofNothing) = (CRC64.value(of: digits.span), CRC64.value(of: nothing.span))
        #expect(ofDigits == 0x995D_C9BB_DF19_39FA && ofNothing == 0)
    }

    /// Bit by bit, as the definition has it.
    private func defined(_ bytes: [UInt8]) -> UInt64 {
        ~bytes.reduce(UInt64.max) { register, byte in
            (0..<8).reduce(register ^ UInt64(byte)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ 0xC96C_5795_D787_0F42 : value >> 1
            }
        }
    }

    @Test("is what the definition says at every length, from whole braids to single bytes")
    func lengths() {
        let bytes = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ 7) }
        for length in 0...bytes.count {
            let run = Array(bytes.prefix(length))
            #expect(CRC64.value(of: run.span) == defined(run), "\(length)")
        }
    }

    @Test("is the same whatever the pieces")
    func pieces() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let whole = CRC64.value(of: bytes.span)
        let checksums = PortableChecksums()
        for cut in 0...bytes.count {
            let first = checksums.crc64(of: bytes.span.extracting(0..<cut), after: 0)
            #expect(checksums.crc64(of: bytes.span.extracting(cut..<bytes.count), after: first) == whole)
        }
    }
}
