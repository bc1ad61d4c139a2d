import Foundation
import LogCursor
import LogIngestion
import LogModel
import SimdJSONAdapter
import TestSupport
import Testing

/// The portable scanner is the rule; this one must find the same in whatever comes.
@Suite("simdjson scanner: agreement with the portable one")
struct AgreementTests {
    fileprivate let portable = PortableScanner()
    fileprivate let fast = SimdJSONScanner()

    /// Frames a text and expects both scanners to find the same in it.
    @discardableResult
    fileprivate func agree(
        _ bytes: [UInt8], offset: Int64 = 0, by settings: ScanSettings = ScanSettings(), isEnd: Bool = true,
        _ comment: Comment? = nil, _ location: SourceLocation = #_sourceLocation
    ) -> ScanColumns {
        var lines = FramedLines(from: 0, at: offset)
        var breaks = LineBreaks(of: bytes.span, by: fast)
        let same = breaks.positions == LineBreaks(of: bytes.span, by: portable).positions
        #expect(same, "line breaks differ", sourceLocation: location)
        var carry = LineCarry.none
        _ = LineFramer(maxLineBytes: 1 << 20).frame(
            bytes.span, &breaks, in: 0..<bytes.count, isEnd: isEnd, carry: &carry, into: &lines)
        return agree(lines, of: bytes, by: settings, comment, location)
    }

    fileprivate func agree(
        _ lines: FramedLines, of bytes: [UInt8], by settings: ScanSettings, _ comment: Comment?,
        _ location: SourceLocation
    ) -> ScanColumns {
        let expected = portable.scan(lines, of: bytes.span, by: settings)
        let found = fast.scan(lines, of: bytes.span, by: settings)
        if found != expected {
            let row = (0..<min(found.count, expected.count)).first { row in
                found.verdictCodes[row] != expected.verdictCodes[row]
                    || found.timestamps[row] != expected.timestamps[row] || found.levels[row] != expected.levels[row]
                    || settings.fields.indices.contains { found.field($0, of: row) != expected.field($0, of: row) }
            }
            let places = (0..<lines.count).filter(lines.isLine)
            let line = row.map { String(decoding: bytes[lines.range(places[$0])].prefix(2000), as: UTF8.self) } ?? "-"
            let texts = row.map { row in
                [found, expected].map { "\($0.verdict(row)) \($0.timestamps[row]) \($0.levels[row])" }
            }
            Issue.record(
                "row \(row ?? -1): \(texts ?? []) of \(line.debugDescription) \(comment?.rawValue ?? "")",
                sourceLocation: location)
        }
        return expected
    }

    private static let shapes = [
        #"{"timestamp":"2026-11-20T10:00:00.123Z","level":"warn","message":"a \"quoted\" word, C:\\temp\\x \u00e9"}"#,
        #"{"ts":1588207203.76848,"id":{"orig_h":"10.0.1.4","port":60843},"x":[1,-2.5e10,true,false,null,{}],"lvl":30}"#,
        #"{ "a" : [ ] , "b" : { } , "time" : 1700000000123 , "severity" : "ERROR" }"#,
        #"{"@timestamp":"2026-11-20 10:00:00,5+0130","severity":4,"t":"é漢😀","e":"\ud83d\ude00\n\t\/"}"#,
        #"{"a":{"b":{"c":[[[[1]]]]}},"level":"Informational","time":"?","ts":17e8}"#,
        #"{}"#, #"{"n":-0.0,"m":1E+2}"#, "[1,2]", "null", #""text""#, "  ", "{\"a\":1}\r", "12",
    ]

    /// A line that was changed in a few places.
    private func mutated(by random: inout SeededGenerator) -> [UInt8] {
        var line = Array(Self.shapes[Int.random(in: 0..<Self.shapes.count, using: &random)].utf8)
        let marks =
            Array("{}[]:,\"\\ \t\r\u{0}\u{1F}0123456789.-+eEtrufalsn\u{7F}".utf8) + [0x80, 0xC3, 0xED, 0xF4, 0xFF]
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let place = line.isEmpty ? 0 : Int.random(in: 0..<line.count, using: &random)
            let mark = marks[Int.random(in: 0..<marks.count, using: &random)]
            switch Int.random(in: 0..<6, using: &random) {
            case 0: line.insert(mark, at: place)
            case 1: if !line.isEmpty { line.remove(at: place) }
            case 2: if !line.isEmpty { line[place] = mark }
            case 3: line.removeSubrange(place...)
            case 4: line += Array(Self.shapes[Int.random(in: 0..<Self.shapes.count, using: &random)].utf8)
            default: if place < line.count { line[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
            }
        }
        return line
    }

    @Test("lines changed in any places, many in one piece and one in a piece")
    func mutations() {
        var random = SeededGenerator(seed: 0x51AD)
        let settings = ScanSettings(timestampKey: "when", fields: ["level", "a", "x", "none"])
        var accepted = 0
        var refused = 0
        let count = Counts.lines
        var done = 0
        while done < count {
            let size = [1, 3, 40, 400][Int.random(in: 0..<4, using: &random)]
            // In some pieces all lines are changed, in others hardly any: one bad line keeps its neighbours from being
            // read in one go.
            let spoiled = [1000, 300, 5][Int.random(in: 0..<3, using: &random)]
            var bytes: [UInt8] = []
            for _ in 0..<size {
                let isPlain = Int.random(in: 0..<1000, using: &random) >= spoiled
                bytes +=
                    isPlain ? Array(Self.shapes[Int.random(in: 0..<6, using: &random)].utf8) : mutated(by: &random)
                bytes.append(0x0A)
            }
            if Bool.random(using: &random) { bytes.removeLast() }
            let found = agree(bytes, offset: Int64.random(in: 0...1, using: &random), by: settings)
            accepted += found.verdictCodes.count { $0 == 0 }
            refused += found.verdictCodes.count { $0 != 0 }
            done += size
        }
        #expect(accepted > count / 4 && refused > count / 10, "\(accepted) accepted, \(refused) refused")
    }
}

extension AgreementTests {
    @Test(
        "times in all forms, and what looks like them",
        arguments: [
            "\"2026-11-20\"", "\"2026-11-20T10:00\"", "\"2026-11-20t10:00:60z\"", "\"2026-11-20 10:00:00 +01\"",
            "\"2026-11-20T10:00:00.1234567891-0730\"", "\"2026-11-20T10:00:00,\"", "\"2024-02-29T00:00:00Z\"",
            "\"2026-02-29T00:00:00Z\"", "\"2100-02-29\"", "\"2000-02-29\"", "\"2026-13-01\"", "\"2026-00-10\"",
            "\"1969-12-31T23:59:59Z\"", "\"1970-01-01T00:59:59+01:00\"", "\"1970-01-01T00:00:00-01:00\"",
            "\"2262-04-11T23:47:16.854775807Z\"", "\"2262-04-11T23:47:16.854775808Z\"", "\"9999-12-31\"",
            "\"0000-01-01\"",
            "\"2026-11-20T24:00:00Z\"", "\"2026-11-20T10:60:00Z\"", "\"2026-11-20T10:00:61Z\"",
            "\"2026-11-20T10:00:00Zx\"",
            "\"2026-11-20T10:00:00\\u005a\"", "\"\"", "\"2026-11-20T10:00:00+24:00\"", "\"2026-11-20T10:00:00+1:00\"",
            "0", "1", "-1", "99999999999", "100000000000", "99999999999999", "100000000000000", "99999999999999999",
            "100000000000000000", "9223372036854775807", "9223372036854775808", "18446744073709551616",
            "1700000000.123456789123", "1700000000123.5", "1.7e9", "1.7E+9", "17e-1", "1e400", "0.0000000001", "-0",
            "99999999999999999999e-9", "true", "null", "{}", "[1]",
        ])
    func times(_ value: String) {
        agree(Array("{\"ts\":\(value)}\n{\"a\":1,\"timestamp\":\(value),\"ts\":5}\n{\"time\": \(value) }".utf8))
    }

    @Test("levels: every spelling, every number, and their neighbours")
    func levels() {
        var bytes: [UInt8] = []
        for word in Level.spellings.flatMap(\.words) {
            for text in [word, word.uppercased(), word + "x", "x" + word, String(word.dropLast()), word + "\\n"] {
                bytes += Array("{\"level\":\"\(text)\"}\n".utf8)
            }
        }
        for number in -1...1001 { bytes += Array("{\"lvl\":\(number)}\n{\"lvl\":\(number).0}\n".utf8) }
        for value in ["3e0", "030", "null", "[3]", "\"\"", "\"3\"", "\"[rror\"", "\"@rror\""] {
            bytes += Array("{\"severity\":\(value),\"level\":\"error\",\"lvl\":\(value)}\n".utf8)
        }
        let found = agree(bytes)
        #expect(found.levels.contains(Level.fatal.rawValue))
    }

    @Test("what stands before a line in its own physical line changes nothing of it")
    func midLine() {
        // A torn batch ends where its control line says, be that in the middle of a line.
        for torn in ["x\"", "{\"a\":\"", "\\", "12", "\"\\", "[", "tru"] {
            for line in ["x\"{\"a\":1}", "\"{\"a\":1}", "{\"a\":1}", "e{\"a\":1}", "\"}{\"a\":1}"] {
                let bytes = Array("{\"b\":2}\n\(torn)\(line)\n{\"c\":3}\n".utf8)
                var lines = FramedLines(from: 0, at: 50)
                lines.append(.line, 0..<7, separator: 1)
                lines.append(.torn, 8..<8 + torn.utf8.count)
                let start = 8 + torn.utf8.count
                lines.append(.line, start..<start + line.utf8.count, separator: 1)
                lines.append(.line, bytes.count - 8..<bytes.count - 1, separator: 1)
                _ = agree(lines, of: bytes, by: ScanSettings(), "\(torn) before \(line)", #_sourceLocation)
            }
        }
    }

    @Test("T13, T115: marks and NULs around lines change nothing of what both find in them")
    func around() {
        let line = "{\"level\":\"warn\",\"ts\":1700000000}"
        let marks = ["", "\u{FEFF}", "\u{FEFF}\u{FEFF}", "\u{FEFF} ", "\u{0}\u{FEFF}", "\u{FEFF}\u{0}\u{0}"]
        let ends = ["\n", "\r\n", "\u{0}\n", "\u{0}\u{0}\r\n", " \u{0}\n", "\r\u{0}\n", "\u{0} \n", "\u{0}", ""]
        for mark in marks {
            for end in ends {
                for inner in [line, "", " ", "\"", "{\"a\":\"", "[1]", "\u{0}"] {
                    for offset in [Int64(0), 1] {
                        let text = "\(mark)\(inner)\(end)\(line)\n\(mark)\(inner)\(end)\(line)\u{0}\n\(line)"
                        agree(Array(text.utf8), offset: offset, "\(text.debugDescription) at \(offset)")
                    }
                }
            }
        }
        let found = agree(Array("\u{FEFF}\(line)\u{0}\n\(line)\n".utf8))
        #expect(
            found.verdicts == [.accepted, .accepted] && found.levels == [Level.warn.rawValue, Level.warn.rawValue])
    }

    @Test("a line that goes on in the next one is refused there and does not draw that in")
    func openLines() {
        for open in [
            "{\"a\":", "{\"a\":[1,", "{\"a\":1,", "{\"a\"", "{", "{\"a\":{\"b\":[", "{\"a\":1},", "{\"a\":1}]}",
        ] {
            for next in ["1}", "{\"b\":2}", "2]}", ":1}", "\"b\":2}", "}", "{}"] {
                agree(Array("\(open)\n\(next)\n\(open) \n\(next)\n{\"ok\":true}\n".utf8), "\(open) | \(next)")
            }
        }
    }

    @Test("depth 64 is admitted and 65 is not, in arrays and objects")
    func depth() {
        for depth in [1, 62, 63, 64, 65, 200] {
            let arrays = "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}\n"
            let objects =
                String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth) + "\n"
            agree(Array((arrays + objects + "{}\n").utf8))
        }
    }

    @Test("lines longer than what is read in one go, among short ones")
    func longLines() {
        let long = "{\"message\":\"" + String(repeating: "é\\n", count: 60_000) + "\",\"level\":\"error\"}\n"
        let short = String(repeating: "{\"level\":\"info\"}\n", count: 9000)
        let broken = "{\"message\":\"" + String(repeating: "x", count: 200_000) + "\n"
        let found = agree(Array((short + long + short + broken + long + "\n\n" + short).utf8))
        #expect(found.verdictCodes.count { $0 != 0 } == 1)
    }

    @Test("fields that are asked for, as they stand in the line")
    func fields() {
        let settings = ScanSettings(timestampKey: "t", fields: ["a", "t", "", "b.c", "level", "missing"])
        let lines = [
            "{\"a\" : {\"x\":[1, 2]} , \"t\":17,\"\":\"\",\"b.c\": null }", "{\"b.c\":\"\\\"}\",\"a\":[] ,\"a\":1}",
            "{\"level\":\"warn\"}", "{\"a\":-1.5e3}", "{\"t\":\t\"2026-11-20\" \t}", "[\"a\"]", "{\"a\":1",
        ]
        let found = agree(Array(lines.joined(separator: "\n").utf8), by: settings)
        #expect(found.field(0, of: 0) != nil && found.field(5, of: 0) == nil)
        let many = ScanSettings(fields: (0..<300).map { "field-\($0)" })
        agree(Array("{\"field-299\":1,\"field-3\":[2]}\n{}".utf8), by: many)
    }

    @Test("line breaks from any place in texts of any length")
    func lineBreaks() {
        var random = SeededGenerator(seed: 7)
        for length in Array(0...200) + [4096, 100_003] {
            let bytes = (0..<length).map { _ in UInt8.random(in: 8...11, using: &random) }
            let start = length == 0 ? 0 : Int.random(in: 0...length, using: &random)
            var found: [Int32] = [-7]
            fast.findLineBreaks(in: bytes.span, from: start, into: &found)
            var expected: [Int32] = [-7]
            portable.findLineBreaks(in: bytes.span, from: start, into: &expected)
            let same = found == expected
            #expect(same, "\(length) from \(start)")
        }
    }

    @Test("many tasks share a scanner")
    func shared() async {
        let bytes = Array(String(repeating: "{\"level\":\"info\",\"ts\":1}\n", count: 3000).utf8)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    var lines = FramedLines(from: 0, at: 0)
                    for row in 0..<3000 { lines.append(.line, row * 24..<row * 24 + 23, separator: 1) }
                    let found = fast.scan(lines, of: bytes.span, by: ScanSettings())
                    return found.levels.allSatisfy { $0 == Level.info.rawValue } && found.count == 3000
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}

/// How much is tried: a little, or what proves it.
enum Counts {
    static let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"
    static let lines = isSoak ? 10_000_000 : 100_000
}
