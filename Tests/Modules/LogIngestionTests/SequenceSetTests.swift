import LogIngestion
import TestSupport
import Testing

@Suite("SequenceSet")
struct SequenceSetTests {
    @Test("holds what was put in and nothing else, in any order", arguments: 0..<20)
    func oracle(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var set = SequenceSet()
        var oracle: Set<UInt64> = []
        for _ in 0..<300 {
            let number = UInt64.random(in: 1...120, using: &generator)
            set.insert(number)
            oracle.insert(number)
            let probe = UInt64.random(in: 0...121, using: &generator)
            #expect(set.contains(probe) == oracle.contains(probe))
        }
        for number in UInt64(0)...121 { #expect(set.contains(number) == oracle.contains(number)) }
        #expect(SequenceSet(set.description) == set)
    }

    @Test("joins runs, so that a writer in order takes one run")
    func joins() {
        var set = SequenceSet()
        for number in UInt64(1)...500 { set.insert(number) }
        set.insert(502)
        #expect(set.description == "1-500,502")
        set.insert(501)
        #expect(set.description == "1-502")
    }

    @Test("stays small: beyond a thousand runs the oldest gap counts as taken")
    func bounded() {
        var set = SequenceSet()
        for number in stride(from: UInt64(2), to: 4000, by: 2) { set.insert(number) }
        #expect(set.description.split(separator: ",").count == SequenceSet.runLimit)
        #expect(set.contains(3))
        #expect(!set.contains(3999))
        #expect(set.contains(3998))
    }

    @Test("refuses a text that is none of ours", arguments: ["x", "2-1", "1-", "3,2", "1,1", "-"])
    func bad(_ text: String) {
        #expect(SequenceSet(text) == nil)
    }
}
