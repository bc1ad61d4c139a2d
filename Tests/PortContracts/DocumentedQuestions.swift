import InMemoryAdapter
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// What `Docs/Questions.md` says that questions find, asked of every store.
enum DocumentedQuestions {
    static let clauses: [Clause<StoreUnderTest>] = [
        Clause("T121: conditions find the lines that Docs/Questions.md names") { store in
            let shelf = try await Shelf(store)
            for row in try shelf.document.rows(under: "Conditions") {
                let filter = try shelf.filter(condition: try only(row[0]))
                try await shelf.expect(filter, finds: Document.numbers(row[1]), row[0])
            }
        },
        Clause("T121: parameters find the lines that Docs/Questions.md names") { store in
            let shelf = try await Shelf(store)
            for row in try shelf.document.rows(under: "Parameters") {
                let filter = try shelf.filter(parameters: try only(row[0]))
                try await shelf.expect(filter, finds: Document.numbers(row[1]), row[0])
            }
        },
        Clause("T121: records come in the orders, and bars where Docs/Questions.md shows them") { store in
            let shelf = try await Shelf(store)
            for row in try shelf.document.rows(under: "Order") {
                let order: LogOrder = try only(row[0]) == "asc" ? .oldestFirst : .newestFirst
                for limit in 1...5 {
                    let rows = try await store.allRows(LogFilter(app: shelf.app), order, limit: limit)
                    #expect(rows.lineNumbers == Document.numbers(row[1]), "\(row[0]) \(limit)")
                }
            }
            for row in try shelf.document.rows(under: "Histograms") {
                let interval = try #require(Duration(given: try only(row[0])))
                let bars = try await store.ports.histogram(LogFilter(app: shelf.app), interval: interval, limit: 100)
                #expect(bars.map(\.from.rfc3339) == Document.quoted(row[1]), "\(row[0])")
                // The same bars when lines have to be looked at.
                let all = LogFilter(app: shelf.app, text: "{")
                let counted = try await shelf.service.histogram(all, interval: interval)
                #expect(counted.map(\.from.rfc3339) == Document.quoted(row[1]), "\(row[0])")
            }
        },
    ]

    /// The lines of the document in a store, in one object.
    private struct Shelf {
        let document: Document
        let store: StoreUnderTest
        let app: AppID
        let count: Int

        init(_ store: StoreUnderTest) async throws {
            self.store = store
            document = try Document("Questions.md")
            let lines = try document.block(under: "The lines")
            count = lines.count
            app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(feed.step(lines.map { $0 + "\n" }.joined())) == .applied)
        }

        var service: LogQueryService { LogQueryService(reader: store.ports, signer: PlainSigner()) }

        func filter(condition: String) throws -> LogFilter {
            let list = try JSONNode(parsing: Array("[\(condition)]".utf8))
            return LogFilter(app: app, conditions: try ConditionReader(now: .sample).conditions(list))
        }

        func filter(parameters: String) throws -> LogFilter {
            var filter = LogFilter(app: app)
            for part in parameters.split(separator: "&") {
                let sign = try #require(part.firstIndex(of: "="))
                let value = String(part[part.index(after: sign)...])
                switch part[..<sign] {
                case "q": filter.text = TextValue(value)
                case "from": filter.from = try #require(TimeArgument(value)).before(.sample)
                case "to": filter.to = try #require(TimeArgument(value)).before(.sample)
                case "level": filter.level = try level(value)
                case "minLevel": filter.minLevel = try level(value)
                case "timeIsReceipt": filter.timeIsReceipt = value == "true"
                default: Issue.record("\(part) is no parameter that this test knows")
                }
            }
            return filter
        }

        private func level(_ text: String) throws -> Level {
            let level: Level? = Level(asked: text)
            return try #require(level)
        }

        func expect(_ filter: LogFilter, finds numbers: [Int64], _ asked: String) async throws {
            for order in [LogOrder.newestFirst, .oldestFirst, .stored] {
                let page = try await service.page(filter, order: order, limit: 100, cursor: nil)
                #expect(page.rows.lineNumbers.sorted() == numbers, "\(asked)")
            }
            #expect(try await service.count(filter) == Int64(numbers.count), "\(asked)")
        }
    }

    private static func only(_ cell: String) throws -> String { try #require(Document.quoted(cell).first) }
}
