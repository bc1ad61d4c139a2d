import LogModel
import Testing

@testable import LogMaintenance

@Suite("Field walk")
struct FieldWalkTests {
    private func fields(_ line: String) -> [String] {
        var found: [String] = []
        FieldWalk.over(Array(line.utf8).span) { path, types in
            let name = path.map { String(decoding: $0, as: UTF8.self) } ?? "<too long>"
            found.append("\(name):\(types.names.joined(separator: "+"))")
        }
        return found
    }

    @Test("Members are joined by dots, elements of arrays are [*]")
    func paths() {
        #expect(
            fields(#"{"a":{"b":[{"c":1},{"c":null},[true]]},"d":"x"}"#) == [
                "a:object", "a.b:array", "a.b[*]:object", "a.b[*].c:number", "a.b[*]:object", "a.b[*].c:null",
                "a.b[*]:array", "a.b[*][*]:boolean", "d:string",
            ])
    }

    @Test(
        "Names that could be taken for a path stand in brackets, so that no two fields share a path",
        arguments: [
            (#"{"b.c":1}"#, #"["b.c"]:number"#), (#"{"":1}"#, #"[""]:number"#), (#"{"a[*]":1}"#, #"["a[*]"]:number"#),
            (#"{"\u0061":1}"#, "a:number"), (#"{"q\"":1}"#, #"["q\""]:number"#), (#"{"\n":1}"#, #"["\n"]:number"#),
            (#"{"\u0000":1}"#, #"["\u0000"]:number"#), (#"{"é":1}"#, "é:number"), ("\u{FEFF}{\"a\":1}", "a:number"),
            ("  {\"$t\" : 1}", "$t:number"),
        ])
    func names(_ line: String, _ field: String) {
        #expect(fields(line) == [field])
    }

    @Test("What is too deep shows as the container that holds it, and a long path as none")
    func bounds() {
        let deep = String(repeating: "{\"a\":", count: 20) + "1" + String(repeating: "}", count: 20)
        #expect(fields(deep).count == FieldWalk.depthLimit)
        #expect(fields(deep).last?.hasSuffix("a:object") == true)
        let name = String(repeating: "n", count: FieldWalk.pathLimit + 1)
        #expect(fields("{\"\(name)\":{\"x\":1},\"b\":2}") == ["<too long>:object", "b:number"])
    }
}
