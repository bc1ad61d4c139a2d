import LogModel
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
    /// RFC 3720 appendix B.4, and the check value of the catalogue of parametrised CRC algorithms.
    @Test("gives the published values")
    func published() {
        let vectors: [(bytes: [UInt8], value: UInt32)] = [
            (Array(repeating: 0, count: 32), 0x8A91_36AA), (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C),
            (Array("123456789".utf8), 0xE306_9283), ([], 0),
        ]
        for (bytes, value) in vectors {
            let found = CRC32C.value(of: bytes.span)
            #expect(found == value, "\(bytes)")
        }
    }

    @Test("is the same whatever the pieces")
    func pieces() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let whole = CRC32C.value(of: bytes.span)
        for cut in 0...bytes.count {
            var check = CRC32C()
            check.update(bytes.span.extracting(0..<cut))
            check.update(bytes.span.extracting(cut..<bytes.count))
            #expect(check.value == whole)
        }
    }
}
