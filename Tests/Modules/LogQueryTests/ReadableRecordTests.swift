import LogModel
import LogQuery
import TestSupport
import Testing

@Suite("Readable records")
struct ReadableRecordTests {
    private func shown(_ line: String) async throws -> String {
        let shelf = try await Shelf()
        try await shelf.add(line + "\n", at: Timestamp(nanoseconds: 0))
        let rows = try await shelf.service().page(shelf.everything, order: .stored, limit: 1, cursor: nil).rows
        try #require(rows.count == 1)
        return RecordText(RecordText.Style()).line(rows, 0, app: "a")
    }

    @Test(
        "time, level and message come first, then what they do not say",
        arguments: [
            (
                #"{"user":"ann","msg":"hello there","level":"warning","ts":7}"#,
                "1970-01-01T00:00:07.000Z WARN    hello there user=ann"
            ),
            (
                #"{"a":{"b":[1,"x y"]},"n":1.50,"t":true,"z":null,"s":"two words"}"#,
                #"1970-01-01T00:00:00.000Z (received) UNKNOWN a={"b":[1,"x y"]} n=1.50 t=true z=null s="two words""#
            ),
            // What could be taken for another kind keeps its quotes, and so does what is empty.
            (
                #"{"a":"5","b":"true","c":"","d":"x=y","e f":"/p/a.b:1"}"#,
                #"1970-01-01T00:00:00.000Z (received) UNKNOWN a="5" b="true" c="" d="x=y" "e f"=/p/a.b:1"#
            ),
            // Times and levels that differ from what is in front, or cannot be read, stay.
            (
                #"{"timestamp":"1970-01-01T00:00:09Z","time":3,"ts":"x","level":30,"severity":"loud"}"#,
                "1970-01-01T00:00:09.000Z INFO    time=3 ts=x level=30 severity=loud"
            ),
            (#"{"message":"one","msg":"two"}"#, "1970-01-01T00:00:00.000Z (received) UNKNOWN one msg=two"),
            (#"{"message":{"k":1}}"#, #"1970-01-01T00:00:00.000Z (received) UNKNOWN message={"k":1}"#),
            ("\u{FEFF}{\"m\":1}", "1970-01-01T00:00:00.000Z (received) UNKNOWN m=1"),
            ("{}", "1970-01-01T00:00:00.000Z (received) UNKNOWN"),
        ])
    func shows(_ line: String, _ text: String) async throws {
        #expect(try await shown(line) == text)
    }

    @Test("T39: the message comes first, and where in the program it was last")
    func caller() async throws {
        let line =
            #"{"level":"info","message":"hi","line":7,"source":"Shop","file":"A.swift","function":"f()","user":1}"#
        let text = #"INFO    hi user=1 source=Shop file=A.swift function="f()" line=7"#
        #expect(try await shown(line) == "1970-01-01T00:00:00.000Z (received) \(text)")
    }

    @Test(
        "T39: no record can act on a terminal",
        arguments: [
            (#"\u001b[2J\u001b]0;owned\u0007"#, #"\u{1b}[2J\u{1b}]0;owned\u{7}"#), (#"a\rb\nc"#, #"a\rb\nc"#),
            (#"\u009b31m"#, #"\u{9b}31m"#), ("\u{9B}31m", #"\u{9b}31m"#), (#"\u202Egnp.exe"#, #"\u{202e}gnp.exe"#),
            ("\u{202E}x\u{2066}y", #"\u{202e}x\u{2066}y"#), (#"\u0000\u007f"#, #"\u{0}\u{7f}"#),
            ("\u{200B}\u{E0041}", #"\u{200b}\u{e0041}"#), ("tab\\tgoes", #"tab\tgoes"#),
            ("ad\u{200D}min", #"ad\u{200d}min"#), ("naïve 漢字 👩‍🚒", "naïve 漢字 👩‍🚒"),
        ])
    func harmless(_ written: String, _ text: String) async throws {
        #expect(try await shown("{\"msg\":\"\(written)\"}") == "1970-01-01T00:00:00.000Z (received) UNKNOWN \(text)")
        let other = try await shown("{\"k\":\"\(written)\",\"\(written)\":1}")
        for scalar in other.unicodeScalars {
            #expect(scalar == "\t" || !(scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)))
            #expect(![0x202E, 0x2066, 0x200B, 0xE0041].contains(scalar.value))
        }
    }
}
