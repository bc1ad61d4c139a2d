import LogModel
import Testing

@Suite("JSON reader")
struct JSONReaderTests {
    @Test(
        "takes what the grammar allows",
        arguments: [
            "{}", "[]", "null", "true", "false", "0", "-0", "7", "-7", "10", "1.0", "-1.05", "1e5", "1E5", "1e+5",
            "1e-5",
            "1.5e10", "0.0", "0e0", "-0.0e-0", "123456789012345678901234567890", "1e99999", #""""#, #""a""#, #"" ""#,
            #""\"\\\/\b\f\n\r\t""#, #""\u0000\uABCD\uabcd""#, #""\ud800""#, #""\udc00\ud800""#, "\"\u{7F}\"",
            "\"é漢😀\u{2028}\"", " null ", "\t\n\r null\r\n\t ", "[1]", "[1,2]", "[ 1 , 2 ]", "[[],[[]],{}]",
            "[null,true,false,0,\"\",[],{}]", #"{"a":1}"#, #"{ "a" : 1 , "b" : 2 }"#, #"{"":0}"#, #"{"a":1,"a":2}"#,
            #"{"a":{"b":{"c":[{"d":null}]}}}"#, #"{"\u0061":"\ud83d\ude00"}"#, "[1\n,2\n]", "{\n}", "[\t]",
            "\"" + String(repeating: "x", count: 5000) + "\"",
        ])
    func valid(_ text: String) {
        #expect(verdict(text) == nil)
    }

    @Test(
        "refuses what the grammar does not allow",
        arguments: [
            "", " ", "{", "}", "[", "]", "{]", "[}", "nul", "nulll", "Null", "TRUE", "tru", "falsey", "NaN", "Infinity",
            "-", "+1", "01", "-01", "00", "1.", ".5", "-.5", "1.e5", "1e", "1e+", "1e-", "1ee5", "1e5.5", "0x10",
            "1_000",
            "1,2", "1 2", "\"", "\"a", "a\"", "'a'", #""\"#, #""\x""#, #""\u""#, #""\u12""#, #""\u123""#, #""\u123G""#,
            #""\U0041""#, #""\ ""#, "\"\u{0}\"", "\"\n\"", "\"\t\"", "\"\u{1F}\"", "[1", "[1,", "[1,]", "[,1]", "[,]",
            "[1 2]", "[1,,2]", "[1]]", "[1}", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}",
            "{,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{a:1}", "{1:1}", "{null:1}", "{\"a\"::1}", "{\"a\":1}}",
            "{\"a\":1};",
            "{'a':1}", "// c\n1", "/* */1", "1 // c", "\u{FEFF}1", "\u{A0}1", "\u{B}1", "1\u{0}", "[1]\u{0}",
            "undefined",
            "{\"a\":1,\"b\"", "[\"a", "[\"a\",\n4\n,1,", "--1", "-a", "1a", "[-]", "[\"\\u00A\"]", "{}[]", "\\u0041",
        ])
    func invalid(_ text: String) {
        #expect(verdict(text) == .syntax)
    }

    @Test("every proper beginning of a text is no text")
    func beginnings() {
        let text = #"{"a":[1.5e3,"x\u00e9\n",{"b":[true,false,null,{}]}],"c":-0}"#
        for length in 0..<text.utf8.count {
            #expect(verdict(String(text.prefix(length))) == .syntax, "\(length)")
        }
        #expect(verdict(text) == nil)
    }

    @Test("nests 64 deep and no deeper, however arrays and objects take turns")
    func depth() {
        func arrays(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        func objects(_ depth: Int) -> String {
            String(repeating: "{\"a\":", count: depth) + "0" + String(repeating: "}", count: depth)
        }
        func turns(_ depth: Int) -> String {
            (0..<depth).map { $0 % 2 == 0 ? "[" : "{\"k\":" }.joined() + "1"
                + (0..<depth).reversed().map { $0 % 2 == 0 ? "]" : "}" }.joined()
        }
        for make in [arrays, objects, turns] {
            #expect(verdict(make(64)) == nil)
            #expect(verdict(make(65)) == .tooDeep)
            #expect(verdict(make(3000)) == .tooDeep)
        }
        #expect(verdict("[" + arrays(63) + "," + arrays(63) + "]") == nil)
    }

    @Test("shows members as they stand, and stops when it is told to")
    func members() throws {
        let text = Array(#" { "a" : 1 , "b\u0062":[2, 3] ,"c":"x" }"#.utf8)
        var reader = JSONReader()
        reader.skipSpace(text.span)
        var seen: [String] = []
        try reader.members(text.span) { key, kind, value in
            seen.append("\(piece(text, key))|\(kind)|\(piece(text, value))")
            return true
        }
        #expect(seen == ["a|number|1", #"b\u0062|array|[2, 3]"#, #"c|string|"x""#])
        #expect(reader.index == text.count)
        var stopped = JSONReader(at: 1)
        var count = 0
        try stopped.members(text.span) { _, _, _ in
            count += 1
            return false
        }
        #expect(count == 1 && stopped.index < text.count)
    }

    @Test("shows elements as they stand")
    func elements() throws {
        let text = Array(#"[1, "two", {"three":3}, null, [], true, false]"#.utf8)
        var reader = JSONReader()
        var seen: [String] = []
        var kinds: [JSONReader.Kind] = []
        try reader.elements(text.span) { kind, value in
            seen.append(piece(text, value))
            kinds.append(kind)
            return true
        }
        #expect(seen == ["1", "\"two\"", "{\"three\":3}", "null", "[]", "true", "false"])
        #expect(kinds == [.number, .string, .object, .null, .array, .yes, .no])
    }

    private func piece(_ text: [UInt8], _ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }

    /// What is wrong with a text; `nil` when it is one JSON value and white space.
    private func verdict(_ text: String) -> JSONReader.Fault? {
        let bytes = Array(text.utf8)
        var reader = JSONReader()
        do throws(JSONReader.Fault) {
            reader.skipSpace(bytes.span)
            _ = try reader.skipValue(bytes.span)
            reader.skipSpace(bytes.span)
            return reader.index == bytes.count ? nil : .syntax
        } catch {
            return error
        }
    }
}
