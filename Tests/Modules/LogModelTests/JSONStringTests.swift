import TestSupport
import Testing

@testable import LogModel

@Suite("JSON strings and UTF-8")
struct JSONStringTests {
    @Test(
        "decodes escapes",
        arguments: [
            ("", ""), ("abc", "abc"), (#"\"\\\/"#, "\"\\/"), (#"\b\f\n\r\t"#, "\u{8}\u{C}\n\r\t"),
            (#"\u0041\u00e9\u6F22"#, "Aé漢"),
            (#"\ud83d\ude00!"#, "😀!"), (#"\ud800"#, "\u{FFFD}"), (#"\udc00x"#, "\u{FFFD}x"),
            (#"\ud800\ud83d\ude00"#, "\u{FFFD}😀"),
            (#"\ud800\u0041"#, "\u{FFFD}A"), (#"\ud83d\n"#, "\u{FFFD}\n"), (#"\udbff\udfff"#, "\u{10FFFF}"),
            (#"a\u0000b"#, "a\u{0}b"),
            ("é漢😀", "é漢😀"), (#"\ud83d"#, "\u{FFFD}"), (#"\\u0041"#, "\\u0041"),
        ])
    func decodes(_ text: String, _ expected: String) {
        let bytes = Array("\"\(text)\"".utf8)
        let decoded = decodedJSONString(bytes.span, in: 1..<bytes.count - 1)
        #expect(Array(decoded.utf8) == Array(expected.utf8))
    }

    @Test("an escape at the edge of the range reads nothing behind it")
    func edge() {
        let bytes = Array(#"\ud83d\ude00"#.utf8)
        let decoded = decodedJSONString(bytes.span, in: 0..<6)
        #expect(decoded == "\u{FFFD}")
    }

    @Test("what it encodes is JSON that decodes to the same text", arguments: 0..<20 as Range<UInt64>)
    func roundTrip(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<30, using: &generator) {
                let bound: UInt32 = [0x30, 0x100, 0x3000, 0x11_0000].randomElement(using: &generator) ?? 0x30
                text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0..<bound, using: &generator)) ?? "\"")
            }
            let encoded = Array(encodedJSONString(text).utf8)
            var reader = JSONReader()
            let kind = try reader.skipValue(encoded.span)
            #expect(kind == .string)
            #expect(reader.index == encoded.count && !encoded.contains(0x0A))
            let decoded = decodedJSONString(encoded.span, in: 1..<encoded.count - 1)
            #expect(Array(decoded.utf8) == Array(text.utf8))
        }
    }

    @Test("leaves text alone that needs no escape")
    func encodedForm() {
        #expect(encodedJSONString("é/漢\u{7F}\u{2028}") == "\"é/漢\u{7F}\u{2028}\"")
        #expect(encodedJSONString("\"\\\n\r\t\u{0}\u{1F}") == #""\"\\\n\r\t\u0000\u001f""#)
    }

    @Test(
        "well-formed UTF-8 is taken",
        arguments: [
            [], [0x00], [0x7F], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
            [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [0xEF, 0xBB, 0xBF],
        ] as [[UInt8]])
    func wellFormed(_ bytes: [UInt8]) {
        #expect(isText(bytes))
        let padded = Array("abcdefghij".utf8) + bytes + Array("klmnopqrs".utf8)
        #expect(isText(padded))
    }

    @Test(
        "ill-formed UTF-8 is refused wherever it stands",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE1, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xFE],
            [0xFF],
            [0xC2, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func illFormed(_ bytes: [UInt8]) {
        for before in [0, 1, 7, 8, 31] {
            let padded = Array(repeating: UInt8(0x41), count: before) + bytes
            #expect(!isText(padded))
            let behind = padded + Array("tail of the line".utf8)
            #expect(!isText(behind))
        }
    }

    /// Both ways to find out must agree: which one is taken depends on the system.
    private func isText(_ bytes: [UInt8]) -> Bool {
        let isText = isUTF8(bytes.span)
        #expect(isUTF8ByScalars(bytes.span) == isText)
        return isText
    }
}
