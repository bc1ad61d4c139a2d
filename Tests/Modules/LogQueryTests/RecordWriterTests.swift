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
