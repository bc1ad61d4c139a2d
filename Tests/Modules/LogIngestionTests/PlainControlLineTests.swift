import LogModel
import TestSupport
import Testing

@testable import LogIngestion

@Suite("Control lines in the form that our SDKs write")
struct PlainControlLineTests {
    private static let line = SdkBatch(["{\"a\":1}", "{\"a\":2}"], sequence: 907).control

    private func both(_ text: [UInt8]) -> (plain: ControlLine?, any: ControlLine?) {
        (PlainControlLine.read(text.span), ControlLine(anyForm: text.span))
    }

    @Test("are read to the last member")
    func plain() {
        let (plain, any) = both(Array(Self.line.utf8))
        #expect(plain == any && plain?.sequence == 907)
    }

    @Test("other forms are left to the reader of JSON, and it takes them")
    func others() {
        for other in [
            Self.line.replacing(":", with: ": "), Self.line.replacing("\"v\":1,", with: "\"v\":1,\"more\":[2],"),
            Self.line.replacing("\"seq\":907", with: "\"seq\":9,\"seq\":907"), " " + Self.line,
        ] {
            let (plain, any) = both(Array(other.utf8))
            #expect(plain == nil && (any != nil) == (other.first == "{"), "\(other)")
        }
    }

    @Test("what the quick reader takes, the reader of JSON takes for the same", arguments: 0..<20 as Range<UInt64>)
    func changed(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "0", "9", "00", "99999999999999999999", "-", "1e2", ".5", " ", "\"", ",", "}", "i", "z", "A", "\\u0030",
        ]
        var taken = 0
        for _ in 0..<2000 {
            var text = Self.line
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let place = text.index(text.startIndex, offsetBy: Int.random(in: 0..<text.count, using: &generator))
                let end = Bool.random(using: &generator) ? text.index(after: place) : place
                text.replaceSubrange(place..<end, with: pieces.randomElement(using: &generator) ?? "")
            }
            let (plain, any) = both(Array(text.utf8))
            guard let plain else { continue }
            taken += 1
            #expect(plain == any, "\(text)")
        }
        #expect(taken > 20, "hardly any changed line was taken: \(taken)")
    }
}
