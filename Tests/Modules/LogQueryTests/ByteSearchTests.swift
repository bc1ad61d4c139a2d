import LogModel
import TestSupport
import Testing

@testable import LogQuery

/// That looking eight bytes at a time finds what looking one by one finds, and that the sieve keeps back what it should.
@Suite("Looking for bytes")
struct ByteSearchTests {
    @Test("finds what is there and nothing else, at every place and of every length")
    func places() {
        var numbers = SeededGenerator(seed: 7)
        // Few letters, so that beginnings of what is looked for are met often; two of them differ by the bit of case alone.
        let letters = Array("abAB@`\"".utf8)
        for _ in 0..<20_000 {
            let line = (0..<Int.random(in: 0...40, using: &numbers)).map { _ in
                letters.randomElement(using: &numbers) ?? 0
            }
            let wanted = (0..<Int.random(in: 1...10, using: &numbers)).map { _ in
                letters.randomElement(using: &numbers) ?? 0
            }
            let expected =
                line.count >= wanted.count
                && (0...line.count - wanted.count).contains { Array(line[$0..<$0 + wanted.count]) == wanted }
            let found = ByteSearch(wanted).occurs(in: line.span) as Bool?
            #expect(
                found == expected,
                "\(String(decoding: wanted, as: UTF8.self)) in \(String(decoding: line, as: UTF8.self))")
        }
    }

    @Test("gives up where many places look alike, and the text is still found or not")
    func patience() {
        let long = String(repeating: "x", count: 400) + "y" + String(repeating: "x", count: 400)
        let many = Array(String(repeating: String(repeating: "x", count: 799) + "z", count: 50).utf8)
        let gaveUp = ByteSearch(Array(long.replacing("y", with: "e").utf8)).occurs(in: many.span)
        let isThere = TextNeedle(TextValue(long)).occurs(in: many.span)
        let isFound = TextNeedle(TextValue(long)).occurs(in: (many + Array(long.utf8)).span)
        #expect(gaveUp == nil && !isThere && isFound)
    }

    @Test("the sieve keeps back lines that cannot match, and lets through those that may")
    func sieve() {
        let app = AppID.fresh()
        let paid = Condition(path: ["state"], test: .equal(.text("paid")))
        for (filter, line, isAdmitted) in [
            (LogFilter(app: app, text: "Late"), #"{"m":"too LATE"}"#, true),
            (LogFilter(app: app, text: "late"), #"{"m":"in time"}"#, false),
            (LogFilter(app: app, text: "late"), #"{"m":"l\u0061te"}"#, true),
            (LogFilter(app: app, text: "a/b"), #"{"m":"a\/b"}"#, true),
            (LogFilter(app: app, text: "Ärger"), #"{"m":"nothing"}"#, false),
            (LogFilter(app: app, text: "Ärger"), #"{"m":"ÄRGER"}"#, true),
            (LogFilter(app: app, text: "Ärger"), #"{"m":"\u00e4rger"}"#, true),
            (LogFilter(app: app, conditions: [paid]), #"{"state":"paid"}"#, true),
            (LogFilter(app: app, conditions: [paid]), #"{"state":"PAID"}"#, false),
            (LogFilter(app: app, conditions: [paid]), #"{"other":"paid"}"#, false),
            (LogFilter(app: app), "{}", true),
        ] {
            let bytes = Array(line.utf8)
            let found = LineSieve(filter).admits(bytes.span)
            #expect(found == isAdmitted, "\(line)")
        }
    }
}
