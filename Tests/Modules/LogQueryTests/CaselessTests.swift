import LogModel
import TestSupport
import Testing

@testable import LogQuery

/// That texts are found in any case, in any script, and nothing else is.
@Suite("Caseless texts")
struct CaselessTests {
    private func finds(_ text: String, _ line: String) -> Bool {
        let filter = LogFilter(app: .fresh(), text: TextValue(text))
        let bytes = Array(line.utf8)
        let isFound = LineMatcher(filter).matches(bytes.span)
        let isAdmitted = LineSieve(filter).admits(bytes.span)
        #expect(isAdmitted || !isFound, "the sieve keeps back \(line)")
        return isFound
    }

    @Test(
        "T21: letters are alike that have one simple case folding",
        arguments: [
            ("οδος", "ΟΔΟΣ", true), ("ΟΔΟΣ", "οδος", true), ("οδοσ", "οδος", true), ("sharp", "ſharp", true),
            ("ſharp", "SHARP", true), ("kelvin", "\u{212A}elvin", true), ("\u{212A}", "k", true),
            ("straße", "STRAẞE", true), ("ß", "ss", false), ("ss", "ß", false), ("ss", "ſS", true),
            ("i", "ı", false), ("i", "İ", false), ("İ", "i", false), ("ı", "I", false), ("I", "i", true),
            ("å", "\u{212B}", true), ("Ω", "\u{2126}", true), ("µ", "μ", true), ("ǆ", "ǅ", true), ("ⱥ", "Ⱥ", true),
            ("тест", "ТЕСТ", true), ("от", "\u{1C82}\u{1C84}", true), ("ქართული", "ᲥᲐᲠᲗᲣᲚᲘ", true), ("𐐨", "𐐀", true),
            ("ﬁ", "fi", false), ("e\u{301}", "é", false), ("漢字", "漢字", true), ("ᾳ", "ᾼ", true), ("ΐ", "\u{1FD3}", true),
            ("sk", "ſ\u{212A}", true), ("kss", "\u{212A}Sſ", true), ("ksa", "\u{212A}Sſ", false),
        ] as [(String, String, Bool)])
    func folding(_ text: String, _ value: String, _ isFound: Bool) {
        #expect(finds(text, "{\"m\":\"x\(value)y\"}") == isFound)
        let escaped = value.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        #expect(finds(text, "{\"m\":\"\(escaped.joined())\"}") == isFound)
    }

    @Test("T21: what is found is what one by one comparing of folded letters finds; the very bytes always are")
    func random() {
        var numbers = SeededGenerator(seed: 21)
        let alphabets = ["sSſkK\u{212A}aAbxz", "σςΣßẞıİiIéÉⱥȺ", "оОᲂтТᲄшШ 漢字", "aab@`[{кК\u{1C80}вВ😀𐐨𐐀"].map {
            Array($0.unicodeScalars)
        }
        for _ in 0..<40_000 {
            let alphabet = alphabets.randomElement(using: &numbers) ?? []
            func word(_ lengths: ClosedRange<Int>) -> [Unicode.Scalar] {
                (0..<Int.random(in: lengths, using: &numbers)).map { _ in
                    alphabet.randomElement(using: &numbers) ?? " "
                }
            }
            let line = word(0...40)
            var wanted = word(1...6)
            if line.count > 8, Bool.random(using: &numbers) {
                wanted = Array(line[2..<Int.random(in: 3...8, using: &numbers)])
            }
            let (folded, sought) = (
                line.map { CaseFolding.folded($0.value) }, wanted.map { CaseFolding.folded($0.value) }
            )
            let expected =
                folded.count >= sought.count
                && (0...folded.count - sought.count).contains { Array(folded[$0..<$0 + sought.count]) == sought }
            var (text, needle) = ("", "")
            text.unicodeScalars.append(contentsOf: line)
            needle.unicodeScalars.append(contentsOf: wanted)
            let bytes = Array(text.utf8)
            let isFound = TextNeedle(TextValue(needle)).occurs(in: bytes.span)
            #expect(isFound == expected, "\(needle) in \(text)")
            let fragment = CaselessFragment(of: Letters(TextValue(needle)))
            let lowered = fragment.ignoresCase ? String(decoding: bytes.map(lowered), as: UTF8.self) : text
            let passes =
                fragment.texts.contains { occurs($0, in: lowered) } || fragment.strays.contains { occurs($0, in: text) }
            #expect(passes || !expected, "\(fragment.texts) of \(needle) keeps back \(text)")
        }
    }

    @Test("the fragment that a store looks for is the one that tells most for the least work")
    func fragments() {
        for (text, texts, strays) in [
            ("sharp", ["harp"], []), ("Disk", ["disk"], ["ſ", "\u{212A}"]), ("漢字", ["漢字"], []),
            ("ошибка", ["ши", "шИ", "Ши", "ШИ"], []), ("zzé", ["zzé", "zzÉ"], []), ("404 not", ["404 not"], []),
        ] as [(TextValue, [String], [String])] {
            let fragment = CaselessFragment(of: Letters(text))
            #expect(fragment.texts == texts && fragment.strays == strays, "\(text): \(fragment)")
        }
    }

    @Test("looking for long texts of letters with many forms ends soon", .timeLimit(.minutes(4)))
    func bounded() {
        let line = Array(String(repeating: "ооото", count: 40_000).utf8)
        let marked = Array((String(repeating: "σςΣ", count: 40_000) + "\u{1C82}").utf8)
        for text in ["ото" + String(repeating: "о", count: 20_000), String(repeating: "о", count: 20_000) + "ш"] {
            let isFound = TextNeedle(TextValue(text)).occurs(in: line.span)
            #expect(!isFound)
        }
        let isMarkedFound = TextNeedle(TextValue(String(repeating: "σ", count: 20_000) + "ο")).occurs(in: marked.span)
        #expect(!isMarkedFound)
    }

    private func occurs(_ text: String, in line: String) -> Bool {
        ByteSearch(Array(text.utf8)).occurs(in: Array(line.utf8).span) ?? true
    }

    private func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}
