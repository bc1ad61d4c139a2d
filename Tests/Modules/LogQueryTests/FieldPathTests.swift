import LogModel
import LogQuery
import Testing

@Suite("Field paths")
struct FieldPathTests {
    private func names(_ names: String...) -> [FieldPath.Step] { names.map { .name(TextValue($0)) } }

    @Test(
        "T17: what is printed reads as the same path",
        arguments: [
            ("a.b", ["a", "b"]), ("items[*].sku", ["items", nil, "sku"]), (#"["user.id"]"#, ["user.id"]),
            (#"[""]"#, [""]), (#"labels["app.kubernetes.io/name"]"#, ["labels", "app.kubernetes.io/name"]),
            ("a[*][*].b", ["a", nil, nil, "b"]), (#"["a[*]"][*]["]"]"#, ["a[*]", nil, "]"]),
            (#"a["q\"\\"].c"#, ["a", "q\"\\", "c"]), ("*", ["*"]), ("a.*", ["a", "*"]), ("a.0", ["a", "0"]),
            ("$k. ", ["$k", " "]), ("é.漢字", ["é", "漢字"]), (#"["\u0000"].x"#, ["\u{0}", "x"]),
        ] as [(String, [String?])])
    func printing(_ text: String, _ parts: [String?]) throws {
        let path = try FieldPath(text)
        #expect(path.steps == parts.map { $0.map { .name(TextValue($0)) } ?? .anyElement })
        #expect(path.description == text)
    }

    @Test("T17: a path has other spellings too, and is printed in one")
    func spellings() throws {
        for (text, printed) in [
            (#"["a"].b"#, "a.b"), (#"a["b"]"#, "a.b"), (#"a["\u0062"]"#, "a.b"), (#"["x\u002ey"]"#, #"["x.y"]"#),
        ] { #expect(try FieldPath(text).description == printed) }
        #expect(try FieldPath(names: ["a", "b.c", "[*]", ""]).description == #"a["b.c"]["[*]"][""]"#)
        let literal: FieldPath = ["a", "b.c"]
        #expect(literal.description == #"a["b.c"]"#)
    }

    @Test("T111: halves of surrogate pairs are names of their own")
    func halves() throws {
        let path = try FieldPath(#"a["\ud800"]"#)
        #expect(path.description == #"a["\ud800"]"#)
        #expect(try path != FieldPath(#"a["\udfff"]"#) && path != FieldPath("a.\u{FFFD}"))
    }

    @Test(
        "T17: a path that cannot be says where it is wrong",
        arguments: [
            ("", 1), (".", 1), (".a", 1), ("a.", 3), ("a..b", 3), ("a.[*]", 3), ("[*]", 1), ("[*].a", 1), ("a[0]", 3),
            ("a[", 3), ("a[b]", 3), ("a[*", 3), (#"a["b"#, 3), (#"a["b""#, 6), (#"a["b"x]"#, 6), (#"a["b"]c"#, 7),
            ("a]", 2), ("a\"b", 2), ("a\\b", 2), ("a\nb", 2), ("äö]", 3), (#"a["\x"]"#, 3), (#"["a"]["#, 7),
        ] as [(String, Int)])
    func faults(_ text: String, _ position: Int) {
        do {
            let path = try FieldPath(text)
            Issue.record("\(text) is read as \(path.steps)")
        } catch {
            #expect(error.position == position, "\(text): \(error)")
        }
    }

    @Test("a path has at most as many steps as a line may be deep")
    func bounds() throws {
        let deepest = Array(repeating: TextValue("a"), count: FieldPath.stepLimit)
        #expect(try FieldPath(names: deepest).steps.count == 64)
        #expect(throws: FieldPathFault.self) { try FieldPath(names: deepest + ["a"]) }
        #expect(throws: FieldPathFault.self) { try FieldPath(names: []) }
        #expect(try FieldPath(String(repeating: "a.", count: 63) + "a").steps.count == 64)
        #expect(throws: FieldPathFault.self) { try FieldPath(String(repeating: "a.", count: 64) + "a") }
    }

    @Test("a path in front of an operator ends where the operator begins, and not within brackets")
    func leading() throws {
        let operators: (Unicode.Scalar) -> Bool = { "=<>!~ ".unicodeScalars.contains($0) }
        for (text, path, rest) in [
            ("status>=500", "status", ">=500"), ("items[*].sku=a.b", "items[*].sku", "=a.b"),
            (#"["a>b"].c != 1"#, "a>b.c", " != 1"), ("a", "a", ""),
        ] {
            let found = try FieldPath.leading(text, until: operators)
            #expect(found.path.description == path && found.rest == rest)
        }
        #expect(throws: FieldPathFault.self) { try FieldPath.leading(">=5", until: operators) }
        #expect(throws: FieldPathFault.self) { try FieldPath.leading("a.=5", until: operators) }
    }
}
