import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Portable scanner")
struct ScannerTests {
    typealias Verdict = ScanColumns.Verdict

    private func scan(_ line: [UInt8], atStart: Bool = false, by settings: ScanSettings = ScanSettings()) -> ScanColumns
    {
        let offset: Int64 = atStart ? 0 : 10
        var lines = FramedLines(from: 0, at: offset)
        lines.append(.line, 0..<line.count)
        return PortableScanner().scan(lines, of: line.span, by: settings)
    }

    private func scan(_ text: String, by settings: ScanSettings = ScanSettings()) -> ScanColumns {
        scan(Array(text.utf8), by: settings)
    }

    @Test(
        "admits one JSON object, whatever is in it",
        arguments: [
            "{}", " {} ", "{\"a\":1}", "\t{\"a\":[1,{\"b\":null}]}\r", #"{"http.status":200}"#, #"{"$where":1,"":2}"#,
            #"{"a":1,"a":2}"#, #"{"a":"\ud800"}"#, #"{"a":"\u0000"}"#, #"{"n":1e999}"#,
            #"{"n":123456789012345678901234567890}"#,
            "{\"t\":\"é漢😀\u{2028}\u{FFFF}\"}", "{\"a\":1,\r\"b\":2}",
        ])
    func admitted(_ text: String) {
        #expect(scan(text).verdicts == [.accepted])
    }

    @Test(
        "refuses what is no object",
        arguments: [
            ("null", Verdict.notAnObject), ("5", .notAnObject), ("\"x\"", .notAnObject), ("true", .notAnObject),
            ("[1]", .notAnObject), ("[{\"a\":1}]", .notAnObject), (" [] ", .notAnObject), ("{\"cut\":", .invalidJSON),
            ("{\"cut", .invalidJSON), ("{", .invalidJSON), ("}", .invalidJSON), ("{}{}", .invalidJSON),
            ("{} x", .invalidJSON),
            ("5 5", .invalidJSON), ("{'a':1}", .invalidJSON), ("{a:1}", .invalidJSON), ("{\"a\":01}", .invalidJSON),
            ("{\"a\":\"\t\"}", .invalidJSON), ("{\"a\":1,}", .invalidJSON), ("hello", .invalidJSON),
            ("NaN", .invalidJSON),
            ("\u{FEFF}{}", .invalidJSON), ("{\"a\":\"\u{0}\"}", .invalidJSON),
        ] as [(String, Verdict)])
    func refused(_ text: String, _ reason: Verdict) {
        #expect(scan(text).verdicts == [reason])
    }

    @Test("invalid UTF-8 is that first, whatever else the line is")
    func invalidUTF8() {
        for line in [[0xFF], Array("{\"a\":\"".utf8) + [0xC3] + Array("\"}".utf8), Array("nul".utf8) + [0x80]]
            as [[UInt8]]
        {
            #expect(scan(line).verdicts == [.invalidUTF8])
        }
        let surrogate: [UInt8] = Array("{\"a\":\"".utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8)
        #expect(scan(surrogate).verdicts == [.invalidUTF8])
    }

    @Test("64 containers deep is admitted, 65 is not")
    func depth() {
        func line(_ depth: Int) -> String {
            "{\"a\":" + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
        }
        #expect(scan(line(64)).verdicts == [.accepted])
        #expect(scan(line(65)).verdicts == [.tooDeep])
        #expect(scan(String(repeating: "[", count: 65)).verdicts == [.tooDeep])
    }

    @Test("a byte order mark is admitted at the start of the object alone")
    func byteOrderMark() {
        let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("{\"ts\":5,\"level\":\"info\"}".utf8)
        let found = scan(marked, atStart: true)
        #expect(found.verdicts == [.accepted] && found.timestamps == [5_000_000_000] && found.levels == [9])
        #expect(scan(marked).verdicts == [.invalidJSON])
        #expect(scan(marked.prefix(3) + marked, atStart: true).verdicts == [.invalidJSON])
    }

    @Test(
        "takes the time of the best member that can be read",
        arguments: [
            (#"{"timestamp":"1970-01-01T00:00:01Z"}"#, 1), (#"{"ts":4,"time":3,"@timestamp":2,"timestamp":1}"#, 1),
            (#"{"ts":4,"time":3,"@timestamp":2}"#, 2), (#"{"time":3,"ts":4}"#, 3), (#"{"ts":4}"#, 4),
            (#"{"timestamp":"never","ts":4}"#, 4), (#"{"timestamp":null,"time":{"a":1},"ts":4}"#, 4),
            (#"{"timestamp":-5,"ts":4}"#, 4), (#"{"timestamp":1,"timestamp":2}"#, 1),
            (#"{"timestamp":"bad","timestamp":2}"#, 2), (#"{"a":{"timestamp":9}}"#, nil), (#"{"Timestamp":9}"#, nil),
            (#"{"timestamp":true}"#, nil), (#"{"timestamp":""}"#, nil), (#"{}"#, nil), (#"{"\u0074s":9}"#, nil),
            (#"{"timestamp":"1970-01-01 00:00:07"}"#, 7), (#"{"ts":1e0}"#, 1),
        ] as [(String, Int64?)])
    func time(_ text: String, _ seconds: Int64?) {
        let found = scan(text)
        #expect(found.verdicts == [.accepted])
        #expect(found.timestamps == [seconds.map { $0 * 1_000_000_000 } ?? ScanColumns.noTime])
    }

    @Test("an app's own name for the time comes before the usual ones")
    func ownTimestampKey() {
        let settings = ScanSettings(timestampKey: "when")
        #expect(scan(#"{"timestamp":1,"when":2}"#, by: settings).timestamps == [2_000_000_000])
        #expect(scan(#"{"timestamp":1,"when":"?"}"#, by: settings).timestamps == [1_000_000_000])
    }

    @Test(
        "takes the level of the best member that names one",
        arguments: [
            (#"{"level":"error"}"#, Level.error), (#"{"lvl":"debug","severity":"warn","level":"error"}"#, .error),
            (#"{"lvl":"debug","severity":"warn"}"#, .warn), (#"{"lvl":"D"}"#, .debug),
            (#"{"level":"odd","lvl":"info"}"#, .info),
            (#"{"level":30}"#, .info), (#"{"level":3}"#, .error), (#"{"level":30.0}"#, .unknown),
            (#"{"level":300}"#, .unknown),
            (#"{"level":-3}"#, .unknown), (#"{"level":null,"severity":"fatal"}"#, .fatal), (#"{}"#, .unknown),
            (#"{"level":"info","level":"error"}"#, .info), (#"{"LEVEL":"error"}"#, .unknown),
            (#"{"x":{"level":"error"}}"#, .unknown),
            (#"{"level":["error"]}"#, .unknown), (#"{"level":"WARNING"}"#, .warn),
        ] as [(String, Level)])
    func level(_ text: String, _ level: Level) {
        #expect(scan(text).levels == [level.rawValue])
    }

    @Test("gives one row for each line and none for anything else, in order")
    func rows() {
        let bytes = Array("{}\nnull\n\n{\"ts\":1}x\n".utf8)
        var lines = FramedLines(from: 0, at: 0)
        var carry = LineCarry.none
        var breaks = LineBreaks(of: bytes.span, by: PortableScanner())
        let end = LineFramer(maxLineBytes: 100).frame(
            bytes.span, &breaks, in: 0..<bytes.count, isEnd: false, carry: &carry, into: &lines)
        #expect(end == bytes.count)
        let columns = PortableScanner().scan(lines, of: bytes.span, by: ScanSettings())
        #expect(columns.verdicts == [.accepted, .notAnObject, .invalidJSON])
    }

    @Test("missing or unreadable time is the time of receipt, and the record says so")
    func timeOfReceipt() {
        let taken = Taking().take(Array("{\"ts\":1}\n{\"ts\":\"?\"}\n{}\n".utf8))
        #expect(
            taken.records.map(\.timestamp) == [
                1_000_000_000, Timestamp.sample.nanoseconds, Timestamp.sample.nanoseconds,
            ])
        #expect(taken.records.map(\.flags) == [0, 1, 1])
    }
}
