import AppRegistry
import LogModel
import Testing

@testable import LogQuery

/// Positions in answers live on in clients over releases.
@Suite("Digests of questions")
struct QuestionDigestTests {
    private let app = AppID("app_01aryz6s410000000000000000")

    private func question() throws -> LogFilter {
        let path = try FieldPath(#"a.b[*]["c.d"]"#)
        let number = try #require(JSONNumber("1.50"))
        let tests: [Condition.Test] = [
            .equal(.text(TextValue("x"))), .notEqual(.null), .greater(.number(number)), .greaterOrEqual(.flag(true)),
            .less(.time(Timestamp(nanoseconds: 5))), .lessOrEqual(.number(JSONNumber(-3))),
            .oneOf([.null, .flag(false)]),
            .noneOf([]), .contains(TextValue("y")), .exists(false), .between(.number(number), .null),
        ]
        return LogFilter(
            app: try #require(app), from: Timestamp(nanoseconds: 1), to: Timestamp(nanoseconds: 2), level: .error,
            minLevel: .warn, timeIsReceipt: true, text: TextValue("q"),
            conditions: tests.map { Condition(path: path, test: $0) })
    }

    @Test("the digest of a question never changes")
    func fixture() throws {
        let whole = try question().digest(in: .newestFirst)
        let plain = LogFilter(app: try #require(app)).digest(in: .stored)
        #expect(whole == 7_829_088_967_524_878_315)
        #expect(plain == 15_296_733_549_267_701_175)
    }

    @Test("questions that differ have different digests, and numbers count by value")
    func different() throws {
        let base = try question()
        var others: [LogFilter] = []
        for index in base.conditions.indices {
            var other = base
            other.conditions.remove(at: index)
            others.append(other)
        }
        var other = base
        other.text = nil
        others.append(other)
        other = base
        other.conditions.swapAt(0, 1)
        others.append(other)
        let digests = Set((others + [base]).map { $0.digest(in: .newestFirst) } + [base.digest(in: .oldestFirst)])
        #expect(digests.count == others.count + 2)
        let path = try FieldPath("n")
        let equal = ["1.5", "15e-1", "1.50"].compactMap { JSONNumber($0) }.map { number in
            LogFilter(
                app: base.app, conditions: [Condition(path: path, test: .equal(.number(number)))]
            ).digest(in: .stored)
        }
        #expect(equal.count == 3 && Set(equal).count == 1)
    }
}
