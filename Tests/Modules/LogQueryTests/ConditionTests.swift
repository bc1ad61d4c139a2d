import AppRegistry
import LogModel
import LogQuery
import TestSupport
import Testing

@Suite("Conditions")
struct ConditionTests {
    typealias Test1 = Condition.Test

    /// Which of the lines meet a condition.
    private func matches(_ condition: Condition, _ line: String) async throws -> Bool {
        let shelf = try await Shelf()
        try await shelf.add(line + "\n")
        var filter = shelf.everything
        filter.conditions = [condition]
        return try await shelf.service().count(filter) == 1
    }

    private static func number(_ text: String) -> Operand { JSONNumber(text).map { .number($0) } ?? .null }

    @Test(
        "each test holds for what it is made for, and kinds are told apart",
        arguments: [
            (
                .equal(.text("x")), [#""x""#, #""\u0078""#],
                [#""X""#, #""x ""#, "1", "null", "true", #"["x"]"#, #"{"x":1}"#]
            ),
            (.equal(number("1")), ["1", "1.0", "1e0", "10e-1"], [#""1""#, "2", "true", "1.5", "null", "[1]"]),
            (.equal(number("9007199254740993")), ["9007199254740993"], ["9007199254740992", "9007199254740994"]),
            (.equal(.flag(true)), ["true"], ["false", "1", #""true""#, "null"]),
            (.equal(.flag(false)), ["false"], ["true", "0", "null", #""""#]),
            (.equal(.null), ["null"], ["0", "false", #""""#, "[]", "{}"]),
            (.equal(.text("")), [#""""#], ["null", #"" ""#]),
            (.equal(.text("caf\u{E9}")), ["\"caf\u{E9}\"", #""caf\u00e9""#], ["\"cafe\u{301}\""]),
            (.notEqual(.text("x")), [#""y""#, "1", "null"], [#""x""#]),
            (.notEqual(number("1")), ["2", #""1""#], ["1", "1.0"]),
            (.greater(number("5")), ["6", "5.1", "1e9"], ["5", "4", #""6""#, "null", "true"]),
            (.greaterOrEqual(number("5")), ["5", "5.0", "6"], ["4.9", #""5""#]),
            (.less(number("5")), ["4", "-1", "4.999", "-1e400"], ["5", "6", #""4""#, "false"]),
            (.lessOrEqual(number("5")), ["5", "4"], ["5.1", #""5""#]),
            (.greater(.text("b")), [#""c""#, #""ba""#, #""é""#], [#""b""#, #""a""#, #""B""#, "9"]),
            (.lessOrEqual(.text("b")), [#""b""#, #""a""#, #""""#, #""Z""#], [#""ba""#, "0"]),
            (.greater(.null), [], ["1", "null", #""a""#]), (.less(.flag(true)), [], ["false", "true", "0"]),
            (.oneOf([.text("a"), number("2"), .null]), [#""a""#, "2", "2.0", "null"], [#""2""#, #""b""#, "false"]),
            (.oneOf([]), [], ["1", "null"]), (.noneOf([]), ["1", "null"], []),
            (.noneOf([.text("a"), number("2")]), [#""b""#, "3", "null", #""2""#], [#""a""#, "2"]),
            (.contains("ab"), [#""xABy""#, #""ab""#, #""\u0061b""#], [#""a b""#, #""a""#, #"["ab"]"#, "1"]),
            (.contains(""), [#""""#, #""x""#], ["1", "null"]),
            (.contains("É"), [#""caféx""#, #""\u00c9""#], [#""cafe""#]),
            (.exists(true), ["null", "0", #""""#, "[]", "{}"], []), (.exists(false), [], ["null", "0"]),
            (.between(number("1"), number("3")), ["1", "2", "3", "3.0"], ["0.9", "3.1", #""2""#]),
            (.between(.text("b"), .text("d")), [#""b""#, #""d""#, #""cz""#], [#""a""#, #""da""#, "3"]),
            (.between(number("3"), number("1")), [], ["1", "2", "3"]),
            (.between(number("1"), .text("z")), [], ["2", #""k""#]),
        ] as [(Test1, [String], [String])])
    func operators(_ test: Test1, _ holding: [String], _ failing: [String]) async throws {
        let condition = Condition(path: ["k"], test: test)
        for value in holding { #expect(try await matches(condition, "{\"k\":\(value)}"), "\(value)") }
        for value in failing { #expect(try await !matches(condition, "{\"k\":\(value)}"), "\(value)") }
    }

    @Test("T121: values of between that are reversed, and an empty text of like, are refused; exists asks for presence")
    func meaningless() throws {
        let reader = ConditionReader(now: .sample)
        func read(_ operation: String, _ value: String?) throws -> Condition.Test? {
            let value = value.map { ",\"value\":\($0)" } ?? ""
            let text = "[{\"path\":\"k\",\"op\":\"\(operation)\"\(value)}]"
            return try reader.conditions(try JSONNode(parsing: Array(text.utf8))).first?.test
        }
        for pair in [
            "[2,1]", "[1,0.999999999999999999999999]", #"["b","a"]"#, #"["é","e"]"#, #"["\udfff","\ud800"]"#,
            #"[{"age":"15m"},{"age":"30m"}]"#, #"[{"time":1},{"time":0}]"#, #"[{"age":"0s"},{"time":0}]"#,
        ] {
            #expect(throws: ConditionError.self, "\(pair)") { try read("between", pair) }
        }
        for pair in ["[1,1.0]", "[-2,-1]", #"["a","a"]"#, #"["Z","a"]"#, #"[{"age":"30m"},{"age":"15m"}]"#] {
            #expect(try read("between", pair) != nil, "\(pair)")
        }
        #expect(throws: ConditionError.self) { try read("like", #""""#) }
        #expect(try read("exists", nil) == .exists(true))
    }

    @Test("a member that is not there meets only what asks for that")
    func absent() async throws {
        let one = Operand.number(JSONNumber(1))
        for (test, holds) in [
            (Test1.equal(.null), false), (.equal(one), false), (.notEqual(one), true), (.noneOf([one]), true),
            (.oneOf([one]), false), (.exists(true), false), (.exists(false), true), (.less(one), false),
            (.contains(""), false),
            (.between(one, one), false),
        ] {
            #expect(try await matches(Condition(path: ["k"], test: test), "{\"other\":1}") == holds, "\(test)")
            #expect(try await matches(Condition(path: ["k", "l"], test: test), "{\"k\":5}") == holds, "\(test)")
        }
    }

    @Test(
        "paths go through objects and arrays, by the bytes of names",
        arguments: [
            (["a", "b"], #"{"a":{"b":1}}"#, true), (["a.b"], #"{"a.b":1}"#, true), (["a.b"], #"{"a":{"b":1}}"#, false),
            (["a", "b"], #"{"a.b":1}"#, false), (["a", "1"], "{\"a\":[0,1]}", true),
            (["a", "0"], "{\"a\":[0,1]}", false),
            (["a", "2"], "{\"a\":[0,1]}", false), (["a", "-1"], "{\"a\":[1]}", false),
            (["a", "x"], "{\"a\":[1]}", false),
            (["a", "1", "b"], #"{"a":[{"b":0},{"b":1}]}"#, true), (["a", "0"], #"{"a":{"0":1}}"#, true),
            (["A"], #"{"a":1}"#, false), ([""], #"{"":1}"#, true), (["$k"], #"{"$k":1}"#, true),
            (["é"], #"{"\u00e9":1}"#, true),
            (["caf\u{E9}"], "{\"cafe\u{301}\":1}", false), (["caf\u{E9}"], #"{"cafe\u0301":1}"#, false),
            (["a\"b"], #"{"a\"b":1}"#, true), (["a"], #"{"a":1,"a":2}"#, true), (["a"], #"{"a":2,"a":1}"#, false),
            (["b"], " { \"a\" : { \"b\" : 9 } ,\r\"b\" :\t1 } ", true), (["a", "b", "c"], #"{"a":{"b":1}}"#, false),
        ] as [([String], String, Bool)])
    func paths(_ names: [String], _ line: String, _ holds: Bool) async throws {
        let path = try FieldPath(names: names.map { TextValue($0) })
        let condition = Condition(path: path, test: .equal(.number(JSONNumber(1))))
        #expect(try await matches(condition, line) == holds)
    }

    @Test("a line behind a byte order mark is read as well")
    func byteOrderMark() async throws {
        #expect(try await matches(Condition(path: ["a"], test: .exists(true)), "\u{FEFF}{\"a\":1}"))
    }

    @Test("Q11: all conditions must hold, with text, time and level")
    func together() async throws {
        let shelf = try await Shelf()
        try await shelf.add(
            """
            {"ts":1,"level":"info","a":1,"b":"x"}
            {"ts":2,"level":"warn","a":1,"b":"y"}
            {"ts":3,"level":"warn","a":2,"b":"x"}
            {"ts":4,"level":"warn","a":1,"b":"x"}

            """)
        var filter = shelf.everything
        filter.conditions = [
            Condition(path: ["a"], test: .equal(.number(JSONNumber(1)))),
            Condition(path: ["b"], test: .equal(.text("x"))),
        ]
        #expect(try await shelf.service().count(filter) == 2)
        filter.minLevel = .warn
        #expect(try await shelf.service().count(filter) == 1)
        filter.text = "\"TS\":4"
        #expect(try await shelf.service().count(filter) == 1)
        filter.to = Timestamp(nanoseconds: 4_000_000_000)
        #expect(try await shelf.service().count(filter) == 0)
    }

    @Test(
        "a text is found whatever its case, in the line as written or in its decoded strings",
        arguments: [
            ("hello", #"{"m":"Hello World"}"#, true), ("WORLD", #"{"m":"hello world"}"#, true),
            ("o w", #"{"m":"hello world"}"#, true),
            ("ow", #"{"m":"hello world"}"#, false), ("é", #"{"m":"CAFÉ"}"#, true), ("É", #"{"m":"caf\u00e9"}"#, true),
            ("ÄÖ", #"{"m":"xäöx"}"#, true), ("e", #"{"m":"É"}"#, false), ("a/b", #"{"m":"a\/b"}"#, true),
            (#"a\/b"#, #"{"m":"a\/b"}"#, true),
            ("say \"hi\"", #"{"m":"say \"HI\""}"#, true), ("line\nbreak", #"{"m":"Line\nBreak"}"#, true),
            ("😀", #"{"m":"\ud83d\ude00"}"#, true),
            ("\"m\":", #"{"m":1}"#, true), ("漢", #"{"m":"漢字"}"#, true), ("字漢", #"{"m":"漢字"}"#, false),
            ("m", "{}", false),
            ("{}", "{}", true), ("x", #"{"m":"\\u0078"}"#, false), ("aab", #"{"m":"aaab"}"#, true), ("", "{}", true),
            ("ß", #"{"m":"STRAßE"}"#, true), ("@", #"{"m":"`"}"#, false), ("[", #"{"m":"{"}"#, false),
        ] as [(String, String, Bool)])
    func text(_ text: String, _ line: String, _ found: Bool) async throws {
        let shelf = try await Shelf()
        try await shelf.add(line + "\n")
        var filter = shelf.everything
        filter.text = TextValue(text)
        #expect(try await shelf.service().count(filter) == (found ? 1 : 0))
        #expect(
            try await shelf.service().page(filter, order: .newestFirst, limit: 5, cursor: nil).rows.count
                == (found ? 1 : 0))
    }

    @Test("numbers are read as JSON writes them")
    func jsonNumbers() {
        #expect(JSONNumber("1") == JSONNumber("1.0") && JSONNumber("-0") == JSONNumber("0"))
        #expect(JSONNumber("1")?.hashValue == JSONNumber("1.0")?.hashValue)
        #expect(JSONNumber(9_007_199_254_740_992) < JSONNumber(9_007_199_254_740_993))
        #expect(JSONNumber(.max) != JSONNumber(.max - 1))
        for text in ["", "x", "1x", "0x10", "nan", "inf", "infinity", "+1", "1_0", ".5", "5.", "01", " 1"] {
            #expect(JSONNumber(text) == nil, "\(text)")
        }
    }
}
