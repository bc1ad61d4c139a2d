import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test("a ULID writes its 128 bits in Crockford's base 32")
    func knownText() {
        struct Ones: Entropy { func bytes(_ count: Int) -> [UInt8] { Array(repeating: 0xFF, count: count) } }
        struct Zeros: Entropy { func bytes(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) } }
        #expect(ULID.mint(at: .epoch, from: Zeros()) == String(repeating: "0", count: 26))
        #expect(ULID.mint(at: .epoch, from: Ones()) == "0000000000" + String(repeating: "z", count: 16))
        // 1469918176385 ms is 01ARYZ6S41 in the ULID specification's own example.
        let moment = Timestamp(milliseconds: 1_469_918_176_385)
        #expect(ULID.mint(at: moment, from: Zeros()) == "01aryz6s41" + String(repeating: "0", count: 16))
        #expect(ULID.mint(at: Timestamp(nanoseconds: -5), from: Zeros()) == String(repeating: "0", count: 26))
    }

    @Test("ULIDs sort by time")
    func sorting() {
        let entropy = SeededEntropy(seed: 4)
        let minted = (0..<300).map {
            ULID.mint(at: Timestamp(milliseconds: 1_700_000_000_000 + $0 * 37), from: entropy)
        }
        #expect(minted == minted.sorted() && Set(minted).count == 300)
        #expect(minted.allSatisfy { ULID.isWellFormed($0) })
    }

    @Test("an identifier is its kind and a ULID, and nothing else")
    func wellFormed() {
        let body = "01aryz6s410000000000000000"
        #expect(AppID("app_" + body)?.text == "app_" + body)
        #expect(TokenID("tok_" + body) != nil && RunID("run_" + body) != nil && OwnerID("own_" + body) != nil)
        for text in [
            "", "app_", body, "app-" + body, "tok_" + body, "APP_" + body, "app_" + body.uppercased(),
            "app_" + body + "0",
            "app_" + body.dropLast(), "app_ " + body.dropLast(), "app_01aryz6s4100000000000000il",
            "app_01aryz6s41000000000000000u", "app_01aryz6s4100000000000000é",
        ] {
            #expect(AppID(text) == nil, "\(text)")
        }
        #expect(AppID.mint(at: .sample, from: FreshEntropy()).text.hasPrefix("app_"))
    }

    @Test("names of objects and sources are equal when their bytes are")
    func names() {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        #expect(composed == decomposed)
        #expect(ObjectKey(composed) != ObjectKey(decomposed) && SourceID(composed) != SourceID(decomposed))
        #expect(Set([ObjectKey(composed), ObjectKey(decomposed), ObjectKey(composed)]).count == 2)
        #expect(ObjectKey("a") < ObjectKey("ab") && ObjectKey("Z") < ObjectKey("a") && ObjectKey("z") < ObjectKey("é"))
    }

    @Test("a number below a bound is spread over all of it, and no more")
    func numbersBelow() {
        let entropy = SeededEntropy(seed: 8)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 { counts[Int(entropy.number(below: 10))] += 1 }
        #expect(counts.allSatisfy { (850...1150).contains($0) })
        #expect(entropy.number(below: 1) == 0)
    }

    @Test("a byte range counts its bytes and prints as it is meant")
    func ranges() {
        #expect(ByteRange(3, 10).count == 7 && ByteRange(5, 5).count == 0)
        #expect("\(ByteRange(3, 10))" == "[3, 10)")
    }
}
