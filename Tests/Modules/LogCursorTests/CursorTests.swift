import LogCursor
import LogModel
import TestSupport
import Testing

@Suite("Cursor")
struct CursorTests {
    @Test("a tail mark covers the last 4096 bytes, or all there are")
    func tailLength() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for (end, length) in [(0, 0), (1, 1), (4095, 4095), (4096, 4096), (4097, 4096), (10_000, 4096)] {
            let mark = TailMark(endOf: bytes.span.extracting(0..<end))
            #expect(mark.length == length)
            #expect(matches(mark, bytes[end - length..<end]))
            #expect(mark == TailMark(length: mark.length, hash: mark.hash))
        }
        let none = TailMark(endOf: bytes.span.extracting(0..<0))
        #expect(TailMark() == none)
    }

    @Test("a tail mark matches no other bytes, be they shorter, longer or one bit off")
    func tailMismatch() {
        let bytes = Array("the end of what was taken\n".utf8)
        let mark = TailMark(endOf: bytes.span)
        #expect(matches(mark, bytes[...]))
        #expect(!matches(mark, bytes[1...]))
        #expect(!matches(mark, bytes.dropLast()))
        let longer = bytes + [0]
        #expect(!matches(mark, longer[...]))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x20
            #expect(!matches(mark, other[...]))
        }
    }

    @Test(
        "the evidence of a listing decides on the generation",
        arguments: [
            ("a", 100, GenerationVerdict.same), ("a", 101, .same), ("a", Int64.max, .same),
            ("a", 99, .next(.truncated)),
            ("a", 0, .next(.truncated)), ("b", 100, .next(.replaced)), ("b", 0, .next(.replaced)),
            ("", 100, .next(.replaced)),
        ] as [(String, Int64, GenerationVerdict)])
    func verdicts(_ identity: String, _ size: Int64, _ verdict: GenerationVerdict) {
        var progress = CursorProgress()
        progress.position = 100
        progress.sizeSeen = 120
        let cursor = Cursor(
            generation: GenerationID(1), ordinal: 1, source: SourceID("s"), object: ObjectKey("o"), app: .fresh(),
            identity: "a", day: nil, fileIndex: nil, reason: .first, progress: progress, epoch: 1, owner: nil,
            leaseEnd: nil, updatedAt: .sample)
        #expect(GenerationVerdict.judging(identity: identity, size: size, against: cursor) == verdict)
    }

    @Test("an account adds up")
    func account() {
        var one = ByteAccount()
        (one.records, one.recordBytes, one.rejects, one.rejectBytes) = (1, 2, 3, 4)
        (one.skips, one.skipBytes, one.separatorBytes) = (5, 6, 7)
        #expect(one.totalBytes == 2 + 4 + 6 + 7)
        var sum = one
        sum += one
        #expect(sum.records == 2 && sum.recordBytes == 4 && sum.rejects == 6 && sum.rejectBytes == 8)
        #expect(sum.skips == 10 && sum.skipBytes == 12 && sum.separatorBytes == 14 && sum.totalBytes == 38)
        #expect(ByteAccount().totalBytes == 0)
    }

    @Test("the words and codes that stores keep never change")
    func storedWords() {
        #expect(GenerationReason.allCases.map(\.rawValue) == ["first", "replaced", "truncated", "rewritten"])
        #expect(FramingState.start.rawValue == 0)
        let progress = CursorProgress()
        #expect(progress.position == 0 && progress.framing == .start && progress.tail.length == 0)
    }

    private func matches(_ mark: TailMark, _ bytes: ArraySlice<UInt8>) -> Bool {
        let array = Array(bytes)
        return mark.matches(array.span)
    }
}
