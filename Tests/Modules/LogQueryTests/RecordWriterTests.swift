import LogModel
import LogQuery
import TestSupport
import Testing

@Suite("Records as they are written")
struct RecordWriterTests {
    private func written(
        _ lines: String, _ output: RecordWriter.Output, columns: String? = nil, colors: Bool = false,
        apps: [String]? = nil
    ) async throws -> String {
        let shelf = try await Shelf()
        try await shelf.add(lines, to: "o\u{1B}", at: Timestamp(nanoseconds: 0))
        let rows = try await shelf.service().page(shelf.everything, order: .stored, limit: 100, cursor: nil).rows
        var writer = RecordWriter(
            output, columns: try columns.map(RecordColumn.list),
            style: RecordText.Style(hasColors: colors, apps: apps))
        return String(decoding: writer.bytes(rows, app: "shop"), as: UTF8.self)
    }

    private let lines = """
        {"ts":1,"level":"info","msg":"hi, \\u001b\\"you\\"","user":{"id":7,"tags":["a","b"]},"empty":""}
        {"ts":2,"n":1,"漢":"x"}

        """

    @Test("json gives stored lines; with columns objects of these")
    func json() async throws {
        #expect(try await written(lines, .json) == lines)
        let rows = try await written(lines, .json, columns: #"timestamp,level,app,line,user.id,user.tags[*],["level"]"#)
        #expect(
            rows == """
                {"timestamp":"1970-01-01T00:00:01Z","level":"info","app":"shop","line":1,"user.id":7,\
                "user.tags[*]":["a","b"],"[\\"level\\"]":"info"}
                {"timestamp":"1970-01-01T00:00:02Z","level":"unknown","app":"shop","line":2,"user.id":null,\
                "user.tags[*]":null,"[\\"level\\"]":null}

                """)
    }

    @Test("json with columns escapes what a terminal would obey, and keeps the value")
    func jsonEscapes() async throws {
        let text = try await written("{\"ts\":1,\"a\":\"x\u{9B}\u{202E}\u{7F}y\"}\n", .json, columns: "a")
        #expect(text == #"{"a":"x\u009b\u202e\u007fy"}"# + "\n")
    }

    @Test("csv has a heading, doubles quotes and writes control characters out")
    func csv() async throws {
        #expect(
            try await written(lines, .csv, columns: "timestamp, message,user.id,object")
                == "timestamp,message,user.id,object\n1970-01-01T00:00:01Z,\"hi, \\u{1b}\"\"you\"\"\",7,o\\u{1b}\n"
                + "1970-01-01T00:00:02Z,,,o\\u{1b}\n")
        #expect(try await written("{}\n", .csv).hasPrefix("timestamp,level,message,record\n"))
        #expect(try await written("{}\n", .csv, apps: ["shop", "b"]).hasPrefix("timestamp,level,app,message,record\n"))
    }

    @Test("logfmt has nested members by their paths, and quotes as JSON")
    func logfmt() async throws {
        #expect(
            try await written(lines, .logfmt) == """
                time=1970-01-01T00:00:01Z level=info msg="hi, \\u001b\\"you\\"" user.id=7 user.tags="[\\"a\\",\\"b\\"]" empty=""
                time=1970-01-01T00:00:02Z level=unknown n=1 漢=x

                """)
    }

    @Test("U11: csv keeps line breaks and tabs apart from the letters that stand for them, and obeys nothing else")
    func csvLines() async throws {
        let lines = #"""
            {"ts":1,"n":1,"message":"a\nb\tc"}
            {"ts":2,"n":2,"message":"a\\nb"}
            {"ts":3,"n":3,"message":"a\r\nb\rc\u001b[2J"}

            """#
        #expect(
            try await written(lines, .csv, columns: "n,message")
                == "n,message\n1,\"a\nb\tc\"\n2,a\\nb\n3,\"a\r\nb\\rc\\u{1b}[2J\"\n")
    }

    @Test("U12: no name of logfmt comes twice, and the facts keep theirs")
    func logfmtNames() async throws {
        let lines = """
            {"ts":1,"time":"garbage","_time":"y","level":"nope","msg":"m","message":"n","app":"x","a":{"b":1},"a.b":2}

            """
        #expect(
            try await written(lines, .logfmt, apps: ["shop", "b"]) == """
                time=1970-01-01T00:00:01Z level=unknown app=shop msg=m _time=garbage __time=y _level=nope message=n _app=x \
                a.b=1 _a.b=2

                """)
        #expect(try await written("{\"ts\":1,\"app\":\"x\",\"msg\":5}\n", .logfmt).hasSuffix(" app=x msg=5\n"))
        #expect(try await written("{\"ts\":1,\"\":4,\"_\":5}\n", .logfmt).hasSuffix(" _=4 __=5\n"))
    }

    @Test("U16: a time that is the time of receipt is marked for people, and a column says it")
    func receipt() async throws {
        let lines = "{\"ts\":1,\"n\":1}\n{\"n\":2}\n"
        #expect(
            try await written(lines, .text) == """
                1970-01-01T00:00:01.000Z UNKNOWN n=1
                1970-01-01T00:00:00.000Z (received) UNKNOWN n=2

                """)
        #expect(
            try await written(lines, .text, columns: "timestamp,timeIsReceipt") == """
                TIMESTAMP                            TIME IS RECEIPT
                1970-01-01T00:00:01.000Z             false
                1970-01-01T00:00:00.000Z (received)  true

                """)
        #expect(
            try await written(lines, .json, columns: "timeIsReceipt,n")
                == "{\"timeIsReceipt\":false,\"n\":1}\n{\"timeIsReceipt\":true,\"n\":2}\n")
    }

    @Test("U28: a tab in a message is written out for people, as other control characters are")
    func tabs() async throws {
        let text = try await written("{\"ts\":1,\"message\":\"a\\tb\",\"x\":\"c\\td\"}\n", .text)
        #expect(text.hasSuffix(#" a\tb x="c\td"\#n"#), "\(text)")
    }

    @Test("T39: columns for people stand below each other, whatever the width of letters")
    func columns() async throws {
        #expect(
            try await written(lines, .text, columns: "receivedAt,level,漢,n") == """
                RECEIVED AT               LEVEL    漢  n
                1970-01-01T00:00:00.000Z  info     -   -
                1970-01-01T00:00:00.000Z  unknown  x   1

                """)
    }

    @Test("T39: levels are coloured when that is wanted, and nothing else is obeyed")
    func colors() async throws {
        let text = try await written(lines, .text, colors: true, apps: ["shop", "other"])
        #expect(text.contains("\u{1B}[32mINFO\u{1B}[0m    shop  hi, \\u{1b}\"you\""), "\(text)")
        #expect(text.split(separator: "\u{1B}").count == 5)
        #expect(try await !written(lines, .text).utf8.contains(0x1B))
    }

    @Test("a comma within a quoted name parts no columns, behind an escaped quote too")
    func quotedColumns() throws {
        let names = try RecordColumn.list(#"labels["a\",b"],level,["x\\"],n"#).map(\.name)
        #expect(names == [#"labels["a\",b"]"#, "level", #"["x\\"]"#, "n"])
    }

    @Test("names of columns that are none are refused", arguments: ["", "a,", "a..b", "[x]"])
    func wrong(_ text: String) { #expect(throws: ConditionTextError.self) { try RecordColumn.list(text) } }
}
