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

    @Test("is what the definition says at every length, from whole braids to single bytes")
    func lengths() {
        for length in 0...CheckDefinition.bytes.count {
            let run = Array(CheckDefinition.bytes.prefix(length))
            let expected = CheckDefinition.check(run, 0xC96C_5795_D787_0F42 as UInt64)
            #expect(CRC64.value(of: run.span) == expected, "\(length)")
        }
    }

    @Test("is the same whatever the pieces")
    func pieces() {
        let checksums = PortableChecksums()
        CheckDefinition.compare(CRC64.value) { checksums.crc64(of: $0, after: $1) }
    }
}
