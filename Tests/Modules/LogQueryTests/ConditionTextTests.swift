import LogModel
import LogQuery
import Testing

@Suite("Conditions as texts")
struct ConditionTextTests {
    private let reader = ConditionReader(now: Timestamp(nanoseconds: 1_000_000_000_000))

    private func node(_ json: String) throws -> JSONNode { try JSONNode(parsing: Array(json.utf8)) }

    @Test(
        "a text means what the API's form means",
        arguments: [
            ("status>=500", #"{"path":"status","op":"gte","value":500}"#),
            ("status >= 500", #"{"path":"status","op":"gte","value":500}"#),
            ("a.b=x", #"{"path":"a.b","op":"eq","value":"x"}"#),
            ("a == \"5\"", #"{"path":"a","op":"eq","value":"5"}"#), ("a='5'", #"{"path":"a","op":"eq","value":"5"}"#),
            ("a!=true", #"{"path":"a","op":"neq","value":true}"#),
            ("a <> null", #"{"path":"a","op":"neq","value":null}"#),
            ("a<-1.5e3", #"{"path":"a","op":"lt","value":-1.5e3}"#),
            ("a = 15m", #"{"path":"a","op":"eq","value":"15m"}"#),
            ("a > \"15m\"", #"{"path":"a","op":"gt","value":"15m"}"#),
            ("a<=5xx", #"{"path":"a","op":"lte","value":"5xx"}"#),
            ("path ~ /a,b=c)", #"{"path":"path","op":"like","value":"/a,b=c)"}"#),
            ("n LIKE 500", #"{"path":"n","op":"like","value":"500"}"#),
            ("m like 'it\\'s \"so\"'", #"{"path":"m","op":"like","value":"it's \"so\""}"#),
            ("a in (1, x,\"y z\" ,null)", #"{"path":"a","op":"in","value":[1,"x","y z",null]}"#),
            ("a in [1,2]", #"{"path":"a","op":"in","value":[1,2]}"#),
            ("a not in (1)", #"{"path":"a","op":"not_in","value":[1]}"#),
            ("a not_in (1)", #"{"path":"a","op":"not_in","value":[1]}"#),
            ("a between 1 and 5", #"{"path":"a","op":"between","value":[1,5]}"#),
            ("a exists", #"{"path":"a","op":"exists","value":true}"#),
            ("a not exists", #"{"path":"a","op":"exists","value":false}"#),
            (#"items[*].sku = k"#, #"{"path":"items[*].sku","op":"eq","value":"k"}"#),
            (#"["user.id"]>=7"#, #"{"path":["user.id"],"op":"gte","value":7}"#),
            (#"a["x = y"]=1"#, #"{"path":["a","x = y"],"op":"eq","value":1}"#),
            ("at > time(2026-11-20T08:00:00Z)", #"{"path":"at","op":"gt","value":{"time":"2026-11-20T08:00:00Z"}}"#),
            ("at > time(1700000000)", #"{"path":"at","op":"gt","value":{"time":1700000000}}"#),
            ("at >= age(15m)", #"{"path":"at","op":"gte","value":{"age":"15m"}}"#),
            (#"at >= {"age":"1h30m"}"#, #"{"path":"at","op":"gte","value":{"age":"1h30m"}}"#),
            ("at < time(9999-12-31)", #"{"path":"at","op":"lt","value":{"time":"9999-12-31"}}"#),
        ])
    func same(_ text: String, _ json: String) throws {
        #expect(try reader.conditions(texts: [text]) == reader.conditions(try node("[\(json)]")))
    }

    @Test(
        "what cannot be read is shown at its place",
        arguments: [
            ("", 0, "path"), ("status", 6, "quote the whole condition"), ("status 500", 7, "no operator"),
            ("status >=", 9, "a value is missing"), ("m = a b", 6, "quotes"), ("a in 5", 5, "parentheses"),
            ("a in (5", 7, ", or a )"), ("a between 1 or 2", 12, "\"and\""), ("a = \"x", 4, "JSON"),
            ("a = 'x", 4, "no end"), ("a > true", 4, "a number, a string or a time"),
            ("a between 1 and x", 10, "two numbers"), ("a > age(soon)", 4, "15m"), (".a = 1", 0, "name"),
            ("status =~ x", 7, "no operator =~"), ("a=>5", 1, "no operator =>"), ("a !=~ x", 2, "no operator !=~"),
            ("status=500 or status=501", 11, "status in (500, 501)"), ("a=1 || b=2", 4, "no \"or\""),
            ("a = x AND b = y", 6, "--where of its own"), ("a=1 && b=2", 4, "--where of its own"),
            ("timestamp > 15m", 12, "age(15m)"), ("a<=1h30m", 3, "age(1h30m)"), ("a gte 2d", 6, "\"2d\""),
            ("a = b orange", 6, "quotes"), ("a between 5 and 1", 10, "reversed"),
            ("a[x] = 1", 2, "brackets"), ("é = 'x", 4, "no end"), ("漢 = 'x", 5, "no end"),
        ])
    func faults(_ text: String, _ column: Int, _ says: String) throws {
        let error = try #require(throws: ConditionTextError.self) { try reader.conditions(texts: [text]) }
        #expect(error.problem.contains(says) && error.column == column, "\(error)")
    }

    @Test("an error ends with a mark below the place, and obeys nothing")
    func caret() throws {
        let error = try #require(throws: ConditionTextError.self) { try reader.conditions(texts: ["a\u{1B}[2J 5"]) }
        #expect(!error.description.utf8.contains(0x1B))
        let lines = try #require(throws: ConditionTextError.self) { try reader.conditions(texts: ["n = a b"]) }
        #expect(lines.description.hasSuffix("\n  n = a b\n        ^"), "\(lines)")
    }

    @Test("as many conditions as in the API")
    func limit() throws {
        let fifty = Array(repeating: "a=1", count: ConditionReader.limit)
        #expect(try reader.conditions(texts: fifty).count == ConditionReader.limit)
        #expect(throws: ConditionTextError.self) { try reader.conditions(texts: fifty + ["a=1"]) }
    }
}
