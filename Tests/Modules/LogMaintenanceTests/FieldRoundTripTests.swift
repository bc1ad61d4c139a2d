import LogModel
import TestSupport
import Testing

@testable import LogMaintenance
@testable import LogQuery

/// That what the catalogue lists can be asked for as it stands.
@Suite("Catalogue and questions")
struct FieldRoundTripTests {
    private func paths(_ line: String) -> [String] {
        var found: [String] = []
        FieldWalk.over(Array(line.utf8).span) { path, _ in
            found.append(path.map { String(decoding: $0, as: UTF8.self) } ?? "<too long>")
        }
        return found
    }

    private func holds(_ path: String, _ test: Condition.Test, _ line: String) throws -> Bool {
        let filter = LogFilter(app: .fresh(), conditions: [Condition(path: try FieldPath(path), test: test)])
        let bytes = Array(line.utf8)
        let isMet = LineMatcher(filter).matches(bytes.span)
        let isAdmitted = LineSieve(filter).admits(bytes.span)
        #expect(isAdmitted || !isMet, "the sieve keeps back \(line) of \(path)")
        return isMet
    }

    @Test("T17: each path of the catalogue is printed as it reads and is there in the line that it came from")
    func random() throws {
        var numbers = SeededGenerator(seed: 17)
        let letters = [
            "a", "b", ".", "[", "]", "*", "[*]", "\\\"", "\\\\", "\\u0000", "\\n", "\\u0061", "é", "漢", " ", "0", "1",
            "00", "$", "\\ud800", "\\udfff", "\u{FFFD}", "\\ud83d\\ude00", "/", "\\/", "\u{FEFF}", ">", "=",
        ]
        func name() -> String {
            (0..<Int.random(in: 0...3, using: &numbers)).map { _ in letters.randomElement(using: &numbers) ?? "" }
                .joined()
        }
        func value(_ depth: Int) -> String {
            switch Int.random(in: 0...(depth > 3 ? 1 : 4), using: &numbers) {
            case 0: return "1"
            case 1: return "\"\(name())\""
            case 2:
                let elements = (0..<Int.random(in: 0...3, using: &numbers)).map { _ in value(depth + 1) }
                return "[\(elements.joined(separator: ","))]"
            default: return object(depth + 1)
            }
        }
        func object(_ depth: Int) -> String {
            let members = (0..<Int.random(in: 0...4, using: &numbers)).map { _ in "\"\(name())\":\(value(depth))" }
            return "{\(members.joined(separator: ","))}"
        }
        var count = 0
        for _ in 0..<2000 {
            let line = object(0)
            for path in Set(paths(line)) {
                #expect(try FieldPath(path).description == path)
                #expect(try holds(path, .exists(true), line), "\(path) of \(line)")
                #expect(try !holds(path, .exists(false), line), "\(path) of \(line)")
                count += 1
            }
        }
        #expect(count > 5000)
    }

    @Test("T17: of members with one name the catalogue lists what a condition sees, the first")
    func duplicates() {
        #expect(paths(#"{"a":1,"a":{"b":2},"\u0061":[1]}"#) == ["a"])
        #expect(paths(#"{"\u0061":1,"a":{"b":2}}"#) == ["a"])
        let many = (0..<100).map { "\"k\($0)\":1," }.joined()
        #expect(paths("{\(many)\"k7\":{\"x\":1}}").count == 100)
    }

    @Test(
        "T110: what stands in front of the object hides no member of it",
        arguments: ["", "\u{FEFF}", "\u{FEFF} ", " ", "\t \r", "\u{FEFF}\t\t", "\u{0}\u{0}", "\u{0}\u{FEFF} "])
    func front(_ front: String) throws {
        let line = front + "{\"n\":1}"
        #expect(paths(line) == ["n"])
        #expect(try holds("n", .exists(true), line) && holds("n", .equal(.number(JSONNumber(1))), line))
        #expect(try !holds("n", .exists(false), line) && !holds("n", .notEqual(.number(JSONNumber(1))), line))
    }
}
