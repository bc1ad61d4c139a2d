import LogModel
import TestSupport
import Testing

@testable import LogQuery

@Suite("Conditions on elements, texts and indexes")
struct AnyElementTests {
    private func holds(_ path: FieldPath, _ test: Condition.Test, _ line: String) -> Bool {
        let bytes = Array(line.utf8)
        return LineMatcher(LogFilter(app: .fresh(), conditions: [Condition(path: path, test: test)]))
            .matches(bytes.span)
    }

    private func number(_ value: Int64) -> Operand { .number(JSONNumber(value)) }

    @Test(
        "T18: [*] means any element, and the tests for an absence mean none",
        arguments: [
            (#"["red","green"]"#, true, true), (#"["green","red"]"#, true, true), (#"["green"]"#, false, true),
            ("[]", false, false), (#""red""#, false, false), (#"{"0":"red"}"#, false, false), ("null", false, false),
            (#"[["red"]]"#, false, true), (#"[null,"\u0072ed"]"#, true, true),
        ] as [(String, Bool, Bool)])
    func elements(_ value: String, _ hasRed: Bool, _ hasAny: Bool) throws {
        let (path, line) = (try FieldPath("tags[*]"), "{\"tags\":\(value)}")
        #expect(holds(path, .equal(.text("red")), line) == hasRed)
        #expect(holds(path, .oneOf([.text("red"), .flag(true)]), line) == hasRed)
        #expect(holds(path, .contains("RE"), line) == (hasRed || value.contains("green") && hasAny))
        #expect(holds(path, .notEqual(.text("red")), line) == !hasRed)
        #expect(holds(path, .noneOf([.text("red")]), line) == !hasRed)
        #expect(holds(path, .exists(true), line) == hasAny)
        #expect(holds(path, .exists(false), line) == !hasAny)
    }

    @Test("T18: [*] within a path goes through each element, and one value must meet the whole test")
    func inner() throws {
        let line = #"{"items":[{"n":1},{"n":9,"sub":[[5],[7]]},{"sku":"x"},3]}"#
        let n = try FieldPath("items[*].n")
        #expect(holds(n, .greater(number(8)), line) && !holds(n, .greater(number(9)), line))
        // 1 is below and 9 is above, and none is between.
        #expect(!holds(n, .between(number(2), number(8)), line))
        #expect(holds(try FieldPath("items[*].sku"), .equal(.text("x")), line))
        #expect(holds(try FieldPath("items[*].sub[*][*]"), .equal(number(7)), line))
        #expect(!holds(try FieldPath("items[*].sub[*]"), .equal(number(7)), line))
        #expect(holds(try FieldPath("items.1.sub[*].0"), .equal(number(7)), line))
    }

    @Test("T114: an index has one form, 0 or digits that do not begin with 0; in an object any name is one")
    func indexes() throws {
        let line = #"{"arr":[10,11],"obj":{"00":1,"+1":2,"1":3}}"#
        for (name, value) in [("0", 10), ("1", 11)] as [(TextValue, Int64)] {
            #expect(holds(["arr", name], .equal(number(value)), line))
        }
        for name in ["00", "+1", "-0", "01", "1 ", "", "١", "2", "99999999999999999999"] as [TextValue] {
            #expect(holds(["arr", name], .exists(false), line), "\(name)")
        }
        for (name, value) in [("00", 1), ("+1", 2), ("1", 3)] as [(TextValue, Int64)] {
            #expect(holds(["obj", name], .equal(number(value)), line))
        }
    }

    @Test("T111: halves of surrogate pairs are told apart from each other and from U+FFFD, in values and in names")
    func halves() throws {
        let texts = [
            #""\ud800""#, #""\udfff""#, "\"\u{FFFD}\"", #""\ud83d\ude00""#, #""\ude00\ud83d""#, "\"\u{E000}\"",
        ]
        let values = texts.map { text in
            let bytes = Array(text.utf8)
            return TextValue(json: bytes.span, in: 1..<bytes.count - 1)
        }
        for (index, text) in texts.enumerated() {
            for (other, value) in values.enumerated() {
                let isSame = index == other
                #expect(holds(["k"], .equal(.text(value)), "{\"k\":\(text)}") == isSame)
                #expect(holds(["k"], .oneOf([.text(value)]), "{\"k\":\(text)}") == isSame)
                #expect(holds([value], .exists(true), "{\(text):1}") == isSame)
                #expect(holds(["k"], .contains(value), "{\"k\":\(text)}") == isSame)
                let search = LineMatcher(LogFilter(app: .fresh(), text: value))
                let bytes = Array("{\"k\":\(text)}".utf8)
                let isFound = search.matches(bytes.span)
                #expect(isFound == isSame)
                #expect(values[index] < value || isSame || value < values[index])
            }
        }
        // By code points: the halves, then U+E000 and U+FFFD, then what is beyond.
        #expect([0, 1, 5, 2, 3].map { values[$0] } == [0, 1, 5, 2, 3].map { values[$0] }.sorted())
        let printed = [#""\ud800""#, #""\udfff""#, "\"\u{FFFD}\"", "\"😀\"", #""\ude00\ud83d""#, "\"\u{E000}\""]
        #expect(values.map(\.description) == printed)
    }
}
