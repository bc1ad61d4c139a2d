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
        let checksums = PortableChecksums()
        for cut in 0...bytes.count {
            let first = checksums.crc32c(of: bytes.span.extracting(0..<cut), after: 0)
            #expect(checksums.crc32c(of: bytes.span.extracting(cut..<bytes.count), after: first) == whole)
        }
    }

    @Test("is what the definition says at every length, from whole braids to single bytes")
    func lengths() {
        let bytes = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ 7) }
        for length in 0...bytes.count {
            let run = Array(bytes.prefix(length))
            let defined = ~run.reduce(UInt32.max) { register, byte in
                (0..<8).reduce(register ^ UInt32(byte)) { value, _ in
                    value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
                }
            }
            #expect(CRC32C.value(of: run.span) == defined, "\(length)")
        }
    }
}
