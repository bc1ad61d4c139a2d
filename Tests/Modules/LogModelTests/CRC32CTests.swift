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

    @Test("is what the definition says at every length, from whole braids to single bytes")
    func lengths() {
        for length in 0...CheckDefinition.bytes.count {
            let run = Array(CheckDefinition.bytes.prefix(length))
            #expect(CRC32C.value(of: run.span) == CheckDefinition.check(run, 0x82F6_3B78 as UInt32), "\(length)")
        }
    }

    @Test("is the same whatever the pieces")
    func pieces() {
        let checksums = PortableChecksums()
        CheckDefinition.compare(CRC32C.value) { checksums.crc32c(of: $0, after: $1) }
    }
}
