import LogIngestion
import Testing

@Suite("What an input seems to be")
struct ContentGuessTests {
    @Test(
        "T38: what is no NDJSON is named by its first bytes",
        arguments: [
            ("1.2.3.4 - - [30/Nov/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl\"\n", .accessLog),
            ("Nov 30 00:00:00 host sshd[1]: Accepted\nNov 30 00:00:01 host x\n", .syslog),
            ("<34>1 2026-11-30T00:00:00Z host app - - - text\n", .syslog),
            ("time=2026-11-30T00:00:00Z level=info msg=\"a b\"\ntime=2\n", .logfmt),
            ("[{\"a\":1},{\"a\":2}]", .jsonArray), ("[\n  {\"a\":1},\n", .jsonArray),
            ("[\n{\"a\":1},\n{\"a\":2}\n]\n", .jsonArray), ("[{\"a\":1},\r\n {\"a\":2}]", .jsonArray),
            ("\u{FEFF} [ \n\n{\"a\":1}\n]", .jsonArray), ("[{\n\"a\":1},\n{\"b\":2}\n]", .jsonArray),
            ("{\n  \"a\": 1\n}\n", .jsonDocument), ("{\"a\": [\n1]}\n", .jsonDocument),
            ("2026-11-30 00:00:00 ERROR it broke\n", .text), ("[2026-11-30 00:00:00] ERROR it broke\n", .text),
        ] as [(String, ContentGuess)])
    func texts(_ text: String, _ guess: ContentGuess) {
        #expect(ContentGuess.guess(Array(text.utf8), isWhole: true) == guess)
        #expect(!guess.words.isEmpty && !guess.advice.isEmpty)
    }

    @Test("T38: what is packed, wide or no text at all is named")
    func bytes() {
        #expect(ContentGuess.guess([0x1F, 0x8B, 8, 0], isWhole: false) == .gzip)
        #expect(ContentGuess.guess([0x28, 0xB5, 0x2F, 0xFD, 1], isWhole: false) == .compressed)
        let wide = Array("{\"a\":1}\n".utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        for bytes in [[0xFF, 0xFE] + wide, wide, [0] + wide.dropLast()] {
            #expect(ContentGuess.guess(bytes, isWhole: true) == .utf16)
        }
        #expect(ContentGuess.guess((0..<200).map { UInt8($0) }, isWhole: true) == .binary)
    }

    @Test(
        "what may be NDJSON is left to be taken",
        arguments: [
            "", "\n\n", "{\"a\":1}\n", "banner of a program\n{\"a\":1}\n", "{\"n\":", "{\"cut\n{\"cut\n",
            "\u{FEFF}{\"a\":1}\n",
            "\u{0}\u{0}\u{0}{\"a\":1}\n\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", "{\"a\":",
            "[1]\n{\"a\":1}\n", "[\"a\",\"b\"]\n{\"a\":1}\n", "[INFO,\n{\"a\":1}\n",
            "{\"a\":1}\u{0}\n \u{0}\n", "\u{FEFF}{\"a\":1}\u{0}\u{0}\u{0}\u{0}\r\n",
        ])
    func lines(_ text: String) {
        #expect(ContentGuess.guess(Array(text.utf8), isWhole: true) == nil)
    }
}
