import LogCursor
import LogModel
import TestSupport
import Testing

@Suite("Stream digest")
struct StreamDigestTests {
    private static let sequence = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 131 + 7) }

    @Test("two pieces give what one gives, wherever the cut is")
    func everySplit() {
        for length in [5, 33, 100, 150] {
            let whole = CRC64.value(of: Self.sequence.span.extracting(0..<length))
            for cut in 0...length {
                var digest = StreamDigest()
                digest.update(Self.sequence.span.extracting(0..<cut))
                digest.update(Self.sequence.span.extracting(cut..<length))
                #expect(digest.value == whole && digest.count == UInt64(length), "\(cut) of \(length)")
            }
        }
    }

    @Test("many pieces of any size give what one gives", arguments: 0..<10 as Range<UInt64>)
    func manyPieces(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var digest = StreamDigest()
        var start = 0
        while start < 5000 {
            let end = min(5000, start + Int.random(in: 0...90, using: &generator))
            digest.update(Self.sequence.span.extracting(start..<end))
            start = end
        }
        #expect(digest.value == CRC64.value(of: Self.sequence.span) && digest.count == 5000)
    }

    @Test("its stored state goes on as it would have, at every length")
    func stateRoundTrip() throws {
        for length in 0...200 {
            var digest = StreamDigest()
            digest.update(Self.sequence.span.extracting(0..<length))
            let state = digest.state
            #expect(state.count == 17)
            var restored = try #require(StreamDigest(state: state))
            #expect(restored == digest && restored.value == digest.value)
            restored.update(Self.sequence.span.extracting(length..<300))
            #expect(restored.value == hash(Self.sequence.prefix(300)))
        }
    }

    @Test("a state that is none is refused")
    func badStates() {
        var digest = StreamDigest()
        digest.update(Self.sequence.span.extracting(0..<45))
        let state = digest.state
        #expect(StreamDigest(state: []) == nil)
        #expect(StreamDigest(state: Array(state.dropLast())) == nil)
        #expect(StreamDigest(state: state + [0]) == nil)
        #expect(StreamDigest(state: Array(state.prefix(16))) == nil)
        #expect(StreamDigest(state: [1] + state.dropFirst()) == nil)
        #expect(StreamDigest(state: state) != nil)
    }

    @Test("any flipped bit shows", arguments: [1, 31, 32, 77])
    func flippedBits(_ length: Int) {
        var bytes = Array(Self.sequence.prefix(length))
        let whole = CRC64.value(of: bytes.span)
        for index in bytes.indices {
            for bit in 0..<8 {
                bytes[index] ^= 1 << bit
                #expect(hash(bytes) != whole)
                bytes[index] ^= 1 << bit
            }
        }
    }

    private func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        let array = Array(bytes)
        return CRC64.value(of: array.span)
    }
}
