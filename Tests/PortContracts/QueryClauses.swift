import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// What questions over every store must find, and must not.
enum QueryClauses {
    static let clauses: [Clause<StoreUnderTest>] =
        isolation + times + NarrowingClauses.clauses + MeaningClauses.clauses + DocumentedQuestions.clauses + [
            Clause("what a call gives ends with some megabytes of lines, and says where to go on") { store in
                let app = try await store.newApp()
                var feed = ObjectFeed(try await store.claim("o", of: app), maxLineBytes: 1 << 21)
                let filler = String(repeating: "x", count: 1_500_000)
                for number in 0..<7 {
                    let line = "{\"ts\":\(number),\"level\":\"info\",\"f\":\"\(filler)\"}\n"
                    #expect(try await store.commit(feed.step(line)) == .applied)
                }
                for order in [LogOrder.newestFirst, .oldestFirst, .stored] {
                    let first = try await store.ports.rows(LogFilter(app: app), order: order, after: nil, limit: 100)
                    #expect(first.count == 3 && first.cut == first.position(2))
                    let all = try await store.allRows(LogFilter(app: app), order, limit: 100)
                    #expect(
                        all.timestamps.map { $0 / 1_000_000_000 }
                            == (order == .newestFirst ? [6, 5, 4, 3, 2, 1, 0] : Array(0...6)))
                }
                let generation = try #require(try await store.cursor("o", of: app)).generation
                let own = try await store.ports.rows(of: generation, from: 0, limit: 100)
                #expect(own.count == 3 && own.cut == own.position(2))
            }
        ]

    private static let isolation: [Clause<StoreUnderTest>] = [
        Clause("Q3: nothing that a question holds is taken for a part of the store's language") { store in
            let (mine, other) = (try await store.newApp(), try await store.newApp())
            let hostile = [
                "x' OR '1'='1", "x\" OR \"1\"=\"1", "1; DROP TABLE records; --", "') OR (1=1", "%", "_", "$where",
                "{\"$ne\":null}", "\u{0}", "x'/*", "*/", "\\", "app", "1 OR 1=1",
            ]
            for (index, app) in [mine, other].enumerated() {
                var feed = ObjectFeed(try await store.claim("x' OR '1'='1", of: app))
                let members = hostile.map { "\(encodedJSONString($0)):\(encodedJSONString($0))" }
                let line = "{\"ts\":\(index),\"plain\":1}\n{\"ts\":\(index),\(members.joined(separator: ","))}\n"
                #expect(try await store.commit(feed.step(line)) == .applied)
            }
            let service = LogQueryService(reader: store.ports, signer: PlainSigner())
            for text in hostile.map({ TextValue($0) }) {
                for (condition, count) in [
                    (Condition(path: [text], test: .equal(.text(text))), 1),
                    (Condition(path: [text], test: .exists(true)), 1),
                    (Condition(path: [text], test: .contains(text)), 1),
                    (Condition(path: [text], test: .oneOf([.text(text)])), 1),
                    (Condition(path: ["plain"], test: .equal(.text(text))), 0),
                    (Condition(path: [text, text], test: .exists(true)), 0),
                    (Condition(path: ["missing"], test: .notEqual(.text(text))), 2),
                ] as [(Condition, Int)] {
                    for order in [LogOrder.newestFirst, .oldestFirst, .stored] {
                        let filter = LogFilter(app: mine, conditions: [condition])
                        let rows = try await service.page(filter, order: order, limit: 10, cursor: nil).rows
                        // The other app's lines have 1 for their time.
                        #expect(rows.timestamps == Array(repeating: 0, count: count), "\(text): \(condition)")
                    }
                }
                let searched = LogFilter(app: mine, text: text)
                let found = try await service.page(searched, order: .stored, limit: 10, cursor: nil).rows
                #expect(!found.isEmpty && found.timestamps.allSatisfy { $0 == 0 }, "\(text)")
            }
            #expect(try await store.ports.count(LogFilter(app: other)) == 2)
        }
    ]

    private static let times: [Clause<StoreUnderTest>] = [
        Clause("Q7: times as text and as numbers of any unit are found and ordered by the moment that they mean") {
            store in
            let app = try await store.newApp()
            let second: Int64 = 1_700_000_000
            let written = [
                "\"2023-11-14T22:13:20Z\"", "\(second + 1)", "\((second + 2) * 1000)", "\((second + 3) * 1_000_000)",
                "\((second + 4) * 1_000_000_000)", "\"2023-11-14T23:13:25+01:00\"", "\(second + 6).5",
                "\"2023-11-14 22:13:27\"",
            ]
            // Shuffled, and half of them in an object of their own.
            for (object, parity) in [("a", 1), ("b", 0)] {
                var feed = ObjectFeed(try await store.claim(object, of: app))
                let own = written.enumerated().filter { $0.offset % 2 == parity }.reversed()
                let text = own.map { "{\"time\":\($0.element),\"at\":\($0.element),\"n\":\($0.offset)}\n" }.joined()
                #expect(try await store.commit(feed.step(text)) == .applied)
            }
            let all = (0..<8).map(String.init)
            #expect(try await numbers(store, LogFilter(app: app), .oldestFirst) == all)
            #expect(try await numbers(store, LogFilter(app: app), .newestFirst) == all.reversed())
            let (from, to) = (
                Timestamp(nanoseconds: (second + 2) * 1_000_000_000),
                Timestamp(nanoseconds: (second + 6) * 1_000_000_000)
            )
            #expect(
                try await numbers(store, LogFilter(app: app, from: from, to: to), .oldestFirst) == ["2", "3", "4", "5"])
            // A member that holds a time is found by it as well, whatever form it has.
            let condition = Condition(path: ["at"], test: .between(.time(from), .time(to)))
            #expect(
                try await numbers(store, LogFilter(app: app, conditions: [condition]), .oldestFirst) == [
                    "2", "3", "4", "5",
                ])
        },
        Clause("Q10: the time of the event is shown and sorted by, and the time of receipt is kept beside it") {
            store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            // Received in this order: the latest event first.
            for (received, event) in [(1000, 30), (1001, 10), (1002, 20)] as [(Int64, Int64)] {
                let step = feed.step("{\"ts\":\(event)}\n", at: Timestamp(nanoseconds: received * 1_000_000_000))
                #expect(try await store.commit(step) == .applied)
            }
            let late = feed.step("{\"no\":\"time\"}\n", at: Timestamp(nanoseconds: 1_003_000_000_000))
            #expect(try await store.commit(late) == .applied)
            let rows = try await store.allRows(LogFilter(app: app), .newestFirst)
            #expect(rows.timestamps.map { $0 / 1_000_000_000 } == [1003, 30, 20, 10])
            #expect(rows.receipts.map { $0 / 1_000_000_000 } == [1003, 1000, 1002, 1001])
        },
    ]

    /// The last digits in the lines of a page.
    private static func numbers(
        _ store: StoreUnderTest, _ filter: LogFilter, _ order: LogOrder
    ) async throws -> [String] {
        let service = LogQueryService(reader: store.ports, signer: PlainSigner())
        let rows = try await service.page(filter, order: order, limit: 100, cursor: nil).rows
        return (0..<rows.count).map { row in
            String(String(decoding: rows.bytes[rows.range(row)], as: UTF8.self).dropLast().last ?? "?")
        }
    }
}

extension StoreUnderTest {
    /// All rows of a filter, some at a time.
    func allRows(_ filter: LogFilter, _ order: LogOrder, limit: Int = 1000) async throws -> RecordRows {
        var all = RecordRows()
        var position: RecordPosition?
        repeat {
            let rows = try await ports.rows(filter, order: order, after: position, limit: limit)
            #expect(rows.count <= limit)
            for row in 0..<rows.count { all.append(row, of: rows) }
            position = rows.next(after: limit)
        } while position != nil
        return all
    }
}
