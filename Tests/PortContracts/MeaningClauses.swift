import InMemoryAdapter
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// What questions mean, the same over every store.
enum MeaningClauses {
    static let clauses: [Clause<StoreUnderTest>] = [
        Clause("T17 to T21, T110, T111: paths, elements, numbers, texts and fronts of lines mean the same everywhere") {
            store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            let text = lines.map { $0 + "\n" }.joined()
            #expect(try await store.commit(feed.step(text)) == .applied)
            #expect(try await store.rejects(of: app).isEmpty)
            let service = LogQueryService(reader: store.ports, signer: PlainSigner())
            for (condition, found) in questions {
                let filter = LogFilter(app: app, conditions: [condition])
                for order in [LogOrder.newestFirst, .oldestFirst, .stored] {
                    let page = try await service.page(filter, order: order, limit: 100, cursor: nil)
                    #expect(page.rows.lineNumbers.sorted() == found, "\(condition)")
                }
                #expect(try await service.count(filter) == Int64(found.count), "\(condition)")
            }
            for (text, found) in searches {
                let filter = LogFilter(app: app, text: text)
                let page = try await service.page(filter, order: .newestFirst, limit: 100, cursor: nil)
                #expect(page.rows.lineNumbers.sorted() == found, "\(text)")
            }
        },
        Clause("T52: records whose time could not be read are told apart from all others") { store in
            let app = try await store.newApp()
            for object in ["a", "b"] {
                var feed = ObjectFeed(try await store.claim(object, of: app))
                let text = (1...20).map { $0 % 5 == 0 ? "{\"time\":\"soon\"}\n" : "{\"ts\":\($0)}\n" }.joined()
                #expect(try await store.commit(feed.step(text)) == .applied)
            }
            for (filter, found) in [
                (LogFilter(app: app, timeIsReceipt: true), [5, 5, 10, 10, 15, 15, 20, 20]),
                (LogFilter(app: app, from: .epoch, timeIsReceipt: true), [5, 5, 10, 10, 15, 15, 20, 20]),
                (LogFilter(app: app, to: Timestamp(nanoseconds: 100_000_000_000), timeIsReceipt: true), []),
                (
                    LogFilter(app: app, to: Timestamp(nanoseconds: 4_000_000_000), timeIsReceipt: false),
                    [1, 1, 2, 2, 3, 3]
                ),
                (LogFilter(app: app, minLevel: .info, timeIsReceipt: true), []),
            ] as [(LogFilter, [Int64])] {
                for order in [LogOrder.newestFirst, .oldestFirst, .stored] {
                    for limit in [1, 3, 1000] {
                        let rows = try await store.allRows(filter, order, limit: limit)
                        #expect(rows.lineNumbers.sorted() == found, "\(filter) \(order) \(limit)")
                    }
                }
                #expect(try await store.ports.count(filter) == Int64(found.count), "\(filter)")
                let bars = try await store.ports.histogram(filter, interval: .seconds(3600), limit: 100)
                #expect(bars.flatMap(\.counts.values).reduce(0, +) == Int64(found.count), "\(filter)")
            }
            #expect(try await store.ports.count(LogFilter(app: app, timeIsReceipt: false)) == 32)
        },
    ]

    /// Numbered from 1.
    private static let lines = [
        "\u{FEFF} {\"n\":1}", #"{"n":18446744073709551615,"tags":["red","green"]}"#,
        #"{"n":18446744073709551614,"tags":[]}"#, #"{"n":1e400,"items":[{"sku":"a"},{"sku":"b"}]}"#,
        #"{"n":1e500,"user.id":7,"":{"x":1}}"#, #"{"t":"\ud800","m":"ſharp οδος"}"#, #"{"t":"\udfff","m":"SHARP"}"#,
        "{\"t\":\"\u{FFFD}\",\"m\":\"ΟΔΟΣ ошибка\"}", #"{"t":"x","m":"\u041eшИбка 漢字"}"#,
    ]

    private static func number(_ text: String) -> Operand { JSONNumber(text).map { .number($0) } ?? .null }

    private static func half(_ text: String) -> TextValue {
        let bytes = Array(text.utf8)
        return TextValue(json: bytes.span, in: bytes.indices)
    }

    private static let questions: [(Condition, [Int64])] = {
        let elements = (try? FieldPath("items[*].sku")) ?? ["none"]
        let tags = (try? FieldPath("tags[*]")) ?? ["none"]
        return [
            (Condition(path: ["n"], test: .exists(true)), [1, 2, 3, 4, 5]),
            (Condition(path: ["n"], test: .exists(false)), [6, 7, 8, 9]),
            (Condition(path: ["n"], test: .notEqual(number("1"))), [2, 3, 4, 5, 6, 7, 8, 9]),
            (Condition(path: ["n"], test: .equal(number("18446744073709551615.0"))), [2]),
            (Condition(path: ["n"], test: .greater(number("18446744073709551614"))), [2, 4, 5]),
            (Condition(path: ["n"], test: .equal(number("10e499"))), [5]),
            (Condition(path: ["n"], test: .lessOrEqual(number("1e400"))), [1, 2, 3, 4]),
            (Condition(path: elements, test: .equal(.text("b"))), [4]),
            (Condition(path: tags, test: .equal(.text("red"))), [2]),
            (Condition(path: tags, test: .exists(true)), [2]),
            (Condition(path: tags, test: .notEqual(.text("green"))), [1, 3, 4, 5, 6, 7, 8, 9]),
            (Condition(path: ["user.id"], test: .equal(number("7"))), [5]),
            (Condition(path: ["", "x"], test: .equal(number("1"))), [5]),
            (Condition(path: ["t"], test: .equal(.text(half(#"\ud800"#)))), [6]),
            (Condition(path: ["t"], test: .oneOf([.text(half(#"\udfff"#)), .text("y")])), [7]),
            (Condition(path: ["t"], test: .equal(.text("\u{FFFD}"))), [8]),
            (Condition(path: ["t"], test: .less(.text("\u{FFFD}"))), [6, 7, 9]),
            (Condition(path: ["m"], test: .contains("sharp")), [6, 7]),
            (Condition(path: ["m"], test: .contains("ошибка")), [8, 9]),
        ]
    }()

    private static let searches: [(TextValue, [Int64])] = [
        ("sharp", [6, 7]), ("ſHARP", [6, 7]), ("οδοσ", [6, 8]), ("ОШИБКА", [8, 9]), ("漢字", [9]), ("\u{FFFD}", [8]),
        (half(#"\ud800"#), [6]), (half(#"\udfff"#), [7]), ("漢 字", []),
    ]
}
