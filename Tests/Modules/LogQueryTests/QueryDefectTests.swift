import LogModel
import LogQuery
import TestSupport
import Testing

/// Defects that a predecessor had in the questions it answered, each with its number.
@Suite("Query defects")
struct QueryDefectTests {
    /// The numbers `n` of the lines that meet conditions.
    private func numbers(_ lines: [String], _ conditions: [Condition]) async throws -> Set<Int> {
        let shelf = try await Shelf()
        try await shelf.add(lines.enumerated().map { "{\"ts\":\($0.offset + 1),\"at\":\($0.element)}\n" }.joined())
        var filter = shelf.everything
        filter.conditions = conditions
        let rows = try await shelf.service().page(filter, order: .oldestFirst, limit: 1000, cursor: nil).rows
        return Set(rows.timestamps.map { Int($0 / 1_000_000_000) - 1 })
    }

    /// Times around the hour, in every form: 0 and 1 before it, 2 to 6 on it, 7 and 8 after it, then what is no time.
    private static let lines = [
        "\"2026-11-20T09:59:59Z\"", "1795168799", "\"2026-11-20T10:00:00Z\"", "\"2026-11-20T11:00:00+01:00\"",
        "1795168800", "1795168800000", "\"2026-11-20T10:00:00.000\\u005a\"", "\"2026-11-20T10:00:01Z\"",
        "1795168801000000000", "\"soon\"", "null", "true", "[1795168800]", "{}", "-1", "1e30", "\"1795168800\"",
    ]
    private static let hour = Operand.time(Timestamp(nanoseconds: 1_795_168_800_000_000_000))
    private static let hourBefore = Operand.time(Timestamp(nanoseconds: 1_795_168_799_000_000_000))

    @Test(
        "Q5: a time is compared with times in any form, by every operator, and with nothing else",
        arguments: [
            (.equal(hour), [2, 3, 4, 5, 6]), (.notEqual(hour), Array(0...1) + Array(7...16)), (.greater(hour), [7, 8]),
            (.greaterOrEqual(hour), [2, 3, 4, 5, 6, 7, 8]), (.less(hour), [0, 1]),
            (.lessOrEqual(hour), [0, 1, 2, 3, 4, 5, 6]), (.oneOf([hour, .null]), [2, 3, 4, 5, 6, 10]),
            (.noneOf([hour, hourBefore]), Array(7...16)), (.between(hourBefore, hour), Array(0...6)),
            (.between(hour, hourBefore), []),
        ] as [(Condition.Test, [Int])])
    func times(_ test: Condition.Test, _ found: [Int]) async throws {
        #expect(
            try await numbers(QueryDefectTests.lines, [Condition(path: ["at"], test: test)]) == Set(found), "\(test)")
    }

    @Test("Q5: texts and numbers are not taken for times unless a time is asked for")
    func plainOperands() async throws {
        let text = Condition(path: ["at"], test: .equal(.text("2026-11-20T10:00:00Z")))
        #expect(try await numbers(QueryDefectTests.lines, [text]) == [2])
        let number = Condition(path: ["at"], test: .equal(.number(JSONNumber(1_795_168_800))))
        #expect(try await numbers(QueryDefectTests.lines, [number]) == [4])
    }

    @Test("Q6: two conditions on one member with one operator both apply")
    func twice() async throws {
        func excluding(_ numbers: [Int64]) -> [Condition] {
            numbers.map { Condition(path: ["at"], test: .notEqual(.number(JSONNumber($0)))) }
        }
        let lines = ["1", "2", "3", "4"]
        #expect(try await numbers(lines, excluding([1, 3])) == [1, 3])
        #expect(try await numbers(lines, excluding([3, 1])) == [1, 3])
        let ranges = [2, 3].map { Condition(path: ["at"], test: .greaterOrEqual(.number(JSONNumber($0)))) }
        #expect(try await numbers(lines, ranges) == [2, 3])
        #expect(try await numbers(lines, ranges.reversed()) == [2, 3])
    }

    @Test(
        "Q8: what is looked for is text, whatever it would mean as a pattern",
        arguments: [
            "(", ")", "[", "{", "a(b", "(?", "*", "+", "?", ".*", ".", "^", "$", "%", "_", "\\", "\\d", "|", "a|b",
            "[a-z]",
            "(a+)+$",
        ])
    func literal(_ text: String) async throws {
        let shelf = try await Shelf()
        try await shelf.add("{\"m\":\(encodedJSONString("before \(text) behind"))}\n{\"m\":\"aaaa bbbb 1\"}\n")
        var (like, searched) = (shelf.everything, shelf.everything)
        like.conditions = [Condition(path: ["m"], test: .contains(TextValue(text)))]
        searched.text = TextValue(text == "." || text == "_" ? "re \(text) be" : text)
        #expect(try await shelf.service().count(like) == 1)
        // The braces and the backslash are in the line itself as well.
        let expected: Int64 = text == "{" ? 2 : 1
        #expect(try await shelf.service().count(searched) == expected)
    }

    @Test("Q8: looking for a long text in a long line of the same letters ends soon", .timeLimit(.minutes(4)))
    func bounded() async throws {
        // The plain way would compare 5e11 bytes, which is minutes; this way it is a million.
        let shelf = try await Shelf()
        let line = String(repeating: "a", count: 60_000)
        try await shelf.add((0..<20).map { "{\"n\":\($0),\"m\":\"\(line)\"}\n" }.joined())
        var filter = shelf.everything
        for text in [line.dropLast(30_000) + "b", "b" + line.dropLast(30_000), line.dropLast(30_000) + "é"] {
            filter.text = TextValue(text)
            filter.conditions = (0..<50).map { _ in Condition(path: ["m"], test: .contains(TextValue(text))) }
            #expect(try await shelf.service().count(filter) == 0)
            filter.text = nil
            #expect(try await shelf.service().count(filter) == 0)
        }
        filter.conditions = []
        filter.text = TextValue(line)
        #expect(try await shelf.service().count(filter) == 20)
    }
}
