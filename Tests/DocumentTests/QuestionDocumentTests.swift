import Composition
import LogModel
import LogQuery
import TestSupport
import Testing

@testable import Server

/// What the documents say that can be asked, and what the code takes.
///
/// What questions find is asked of every store by the contract of stores.
@Suite("Documents: questions")
struct QuestionDocumentTests {
    private let api: Document
    private let examples: Document
    private let reader = ConditionReader(now: .sample)

    init() throws {
        api = try Document("HTTP.md")
        examples = try Document("Questions.md")
    }

    @Test("T121: Docs/HTTP.md lists the members of a question that there are")
    func members() throws {
        let rows = try api.rows(under: "Records (admin or read)", headed: "member")
        let listed = rows.flatMap { Document.quoted($0[0]) }
        #expect(Set(listed) == LogQuestion.members && listed.count == LogQuestion.members.count)
    }

    @Test("T121: Docs/HTTP.md lists the operators that there are, and each takes the values that it says")
    func operators() throws {
        let rows = try api.rows(under: "Values and operators", headed: "`op`")
        let listed = rows.flatMap { Document.quoted($0[0]) }
        #expect(Set(listed) == Set(ConditionReader.operators) && listed.count == ConditionReader.operators.count)
        let values = [
            "a number": "1", "string": "\"a\"", "time": "{\"time\":\"2026-11-20\"}", "true": "true", "null": "null",
            "list": "[1]", "two": "[1,2]", "nothing": nil,
        ]
        let scalars: Set = ["a number", "string", "time", "true", "null"]
        for row in rows {
            let taken: Set<String> =
                switch row[1] {
                case "any of the above": scalars
                case "a list of them, not empty": ["list", "two"]
                case "a number, a string or a time": ["a number", "string", "time"]
                case "a list of two numbers, strings or times, the lesser one first": ["two"]
                case "a string, not empty": ["string"]
                case "`true`, `false`; `true` when left out": ["true", "nothing"]
                default: []
                }
            #expect(!taken.isEmpty, "\(row[1])")
            for name in Document.quoted(row[0]) {
                for (kind, value) in values {
                    let value = value.map { ",\"value\":\($0)" } ?? ""
                    let test = try? conditions("{\"path\":\"a\",\"op\":\"\(name)\"\(value)}")
                    #expect((test != nil) == taken.contains(kind), "\(name) of \(kind)")
                }
            }
        }
    }

    @Test("T121: Docs/Questions.md shows each operator, and what it calls refused is refused with these words")
    func examplesOfOperators() throws {
        let shown = try examples.rows(under: "Conditions").map { try conditions(try only($0[0])) }
        for name in ConditionReader.operators {
            #expect(try examples.section("Conditions").joined().contains("\"op\":\"\(name)\""), "\(name)")
        }
        #expect(shown.allSatisfy { $0.count == 1 })
        for row in try examples.rows(under: "What is refused") {
            let words = try only(row[1])
            let condition = try only(row[0])
            do {
                // What stands twice is refused before conditions are read.
                let node = try JSONNode.parse(Array("[\(condition)]".utf8))
                _ = try reader.conditions(node)
                Issue.record("\(condition) is taken")
            } catch let error as ConditionError {
                #expect(Problem(error).detail.contains(words), "\(condition): \(error)")
            } catch let error as Problem {
                #expect(error.detail.contains(words), "\(condition): \(error.detail)")
            }
        }
    }

    @Test("T121: Docs/CommandLine.md lists the operators of conditions that there are, and they mean what it says")
    func operatorsOfTheCommandLine() throws {
        let rows = try Document("CommandLine.md").rows(under: "Conditions")
        for row in rows {
            let name = try only(row[1])
            for written in Document.quoted(row[0]) {
                let text = "p " + written.replacing(/\ba\b/, with: "1").replacing(/\bb\b/, with: "2")
                let value =
                    switch name {
                    case "like": "\"1\""
                    case "in", "not_in", "between": "[1,2]"
                    case "exists": Document.quoted(row[1]).last == "false" ? "false" : "true"
                    default: "1"
                    }
                let meant = try conditions("{\"path\":\"p\",\"op\":\"\(name)\",\"value\":\(value)}")
                #expect(try reader.conditions(texts: [text]) == meant, "\(text)")
            }
        }
        #expect(Set(try rows.map { try only($0[1]) }) == Set(ConditionReader.operators))
        let symbols = rows.flatMap { Document.quoted($0[0]) }.compactMap { $0.firstMatch(of: /^[^a-z ]+/)?.output }
        #expect(Set(symbols.map(String.init)) == Set(ConditionReader.symbols.map(\.0)))
        for name in ConditionReader.operators where !["exists", "between", "in", "not_in"].contains(name) {
            #expect((try? reader.conditions(texts: ["p \(name) 1"])) != nil, "\(name)")
        }
    }

    @Test("T121: the paths that Docs/HTTP.md shows are paths")
    func paths() throws {
        for row in try api.rows(under: "Paths") {
            for path in Document.quoted(row[0]) where path != "[\"a\",\"b.c\"]" {
                #expect(try FieldPath(path).description == path)
            }
        }
        #expect(try FieldPath(names: ["a", "b.c"]) == FieldPath("a[\"b.c\"]"))
    }

    @Test("T121: times of questions are read as Docs/HTTP.md says")
    func times() throws {
        let section = try api.words(under: "Times and levels")
        let now = try #require(section.firstMatch(of: /When it is (\S+):/).flatMap { Timestamp(rfc3339: $0.output.1) })
        for row in try api.rows(under: "Times and levels") {
            let given = TimeArgument(try only(row[0]))
            #expect(given?.before(now).rfc3339 == Document.quoted(row[1]).first, "\(row[0])")
            #expect(given?.after(now).rfc3339 == Document.quoted(row[2]).first, "\(row[0])")
        }
        // The units that there are.
        for unit in ["w", "d", "h", "m", "s", "ms"] {
            #expect(section.contains("`\(unit)`") && Duration(span: "1\(unit)") != nil)
        }
        for level in Level.allCases { #expect(section.contains("`\(level.name)`")) }
    }

    @Test("T121: Docs/HTTP.md lists the limits of questions that there are")
    func limits() throws {
        let rows = try api.rows(under: "Limits of questions")
        let (pages, bounds) = (LogQueryService.limits, LogQueryService.intervals)
        let limits: [String: (numbers: [Int64], fallback: Int64?, code: ProblemCode)] = [
            "body of a question": ([Int64(LogQuestion.mostBytes >> 10)], nil, .questionTooLarge),
            "conditions in `where`": ([Int64(ConditionReader.limit)], nil, .invalidRequest),
            "values of `in` and `not_in`": ([1, Int64(ConditionReader.valueLimit)], nil, .invalidRequest),
            "steps of a path": ([1, Int64(FieldPath.stepLimit)], nil, .invalidRequest),
            "nesting of the JSON": ([Int64(JSONReader.depthLimit)], nil, .invalidJSON),
            "`limit`": (
                [Int64(pages.lowerBound), Int64(pages.upperBound)], Int64(LogQueryService.defaultLimit), .invalidRequest
            ),
            "`interval`": (
                [bounds.lowerBound / .milliseconds(1), bounds.upperBound / .seconds(86_400)].map { Int64($0) },
                LogQueryService.defaultInterval.components.seconds, .invalidRequest
            ),
            "intervals of a histogram": ([Int64(LogQueryService.barLimit)], nil, .tooManyBars),
        ]
        #expect(Set(rows.map { $0[0] }) == Set(limits.keys))
        for row in rows {
            guard let limit = limits[row[0]] else { continue }
            #expect(Document.numbers(row[1]) == limit.numbers, "\(row)")
            #expect(Document.numbers(row[2]).first == limit.fallback, "\(row)")
            #expect(Document.quoted(row[3]).last == limit.code.rawValue, "\(row)")
        }
        // Those that no constant but the code's own check says.
        let many = Array(repeating: "{\"path\":\"a\",\"op\":\"exists\"}", count: ConditionReader.limit)
        #expect(try conditions(many.joined(separator: ",")).count == ConditionReader.limit)
        #expect(throws: ConditionError.self) { try conditions((many + many.prefix(1)).joined(separator: ",")) }
    }

    private func conditions(_ text: String) throws -> [Condition] {
        try reader.conditions(try JSONNode(parsing: Array("[\(text)]".utf8)))
    }

    private func only(_ cell: String) throws -> String { try #require(Document.quoted(cell).first) }
}
