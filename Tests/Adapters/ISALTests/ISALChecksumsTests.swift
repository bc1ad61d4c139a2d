import ISALAdapter
import LogModel
import TestSupport
import Testing

@Suite("Checks by ISA-L")
struct ISALChecksumsTests {
    private let portable = PortableChecksums()
    private let fast = ISALChecksums()

    @Test("are the published ones")
    func published() {
        let digits = Array("123456789".utf8)
        #expect(fast.crc32c(of: digits.span, after: 0) == 0xE306_9283)
        #expect(fast.crc64(of: digits.span, after: 0) == 0x995D_C9BB_DF19_39FA)
        let nothing: [UInt8] = []
        #expect(fast.crc32c(of: nothing.span, after: 7) == 7 && fast.crc64(of: nothing.span, after: 7) == 7)
    }

    @Test("are those of the tables at every length and place, whatever came before")
    func lengths() {
        var generator = SeededGenerator(seed: 3)
        let bytes = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for length in Array(0...600) + [1023, 1024, 1025, 4095, 4096, 4977] {
            for start in [0, 1, 7, 16, 23] {
                let run = bytes.span.extracting(start..<start + length)
                let (before32, before64) = (UInt32.random(in: 0 ... .max, using: &generator), generator.next())
                #expect(fast.crc32c(of: run, after: before32) == portable.crc32c(of: run, after: before32))
                #expect(fast.crc64(of: run, after: before64) == portable.crc64(of: run, after: before64))
            }
        }
    }

    @Test("are the same in one piece and in many", arguments: 0..<10 as Range<UInt64>)
    func pieces(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var (check32, check64) = (UInt32(0), UInt64(0))
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 0...9000, using: &generator))
            check32 = fast.crc32c(of: bytes.span.extracting(start..<end), after: check32)
            check64 = fast.crc64(of: bytes.span.extracting(start..<end), after: check64)
            start = end
        }
        #expect(check32 == CRC32C.value(of: bytes.span) && check64 == CRC64.value(of: bytes.span))
    }
}
