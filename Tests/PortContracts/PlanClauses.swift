import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import StoreSupport
import TestSupport
import Testing

/// What a store may look at to answer; counted, never timed.
public enum PlanClauses {
    private static let from = Timestamp(nanoseconds: 1_000_000_000)
    private static let to = Timestamp(nanoseconds: 5_999_000_000_000)

    /// The clauses, for stores that can say how they go about a question.
    public static let clauses: [Clause<StoreUnderTest>] = [
        Clause("no usual question looks at all records") { store in
            let app = try await filled(store)
            let planner = try #require(store.ports as? any QueryPlanning)
            for (name, ask) in questions(app) {
                let found = try await planner.plans(of: ask)
                #expect(!found.isEmpty, "\(name)")
                for plan in found { #expect(plan.scans.isEmpty, "\(name): \(plan.statement): \(plan.steps)") }
            }
        },
        Clause("a page far behind looks at no more than the first") { store in
            let app = try await filled(store)
            let planner = try #require(store.ports as? any QueryPlanning)
            for order in [LogOrder.newestFirst, .oldestFirst] {
                for filter in [
                    LogFilter(app: app), LogFilter(app: app, from: from, to: to),
                    LogFilter(app: app, from: from, to: to, level: .info),
                    LogFilter(app: app, from: from, to: to, minLevel: .info, text: "n"),
                ] {
                    // The second page is the first that has a place to go on from.
                    let places = try await places(store, filter, order, pages: [1, 90])
                    var costs: [Int64] = []
                    for place in places {
                        let found = try await planner.plans { reader in
                            _ = try await reader.rows(filter, order: order, after: place, limit: 20)
                        }
                        costs.append(found.reduce(0) { $0 + $1.visited })
                    }
                    let (first, far) = (try #require(costs.first), try #require(costs.last))
                    #expect(first > 0 && far <= first + first / 5, "\(order) \(filter): \(first), then \(far)")
                }
            }
        },
    ]

    private typealias Ask = @Sendable (any RecordReader) async throws -> Void

    private static func questions(_ app: AppID) -> [(String, Ask)] {
        var questions: [(String, Ask)] = []
        let conditions = [Condition(path: ["n"], test: .equal(.text("none")))]
        let filters = [
            LogFilter(app: app), LogFilter(app: app, from: from, to: to), LogFilter(app: app, level: .error),
            LogFilter(app: app, from: from, to: to, minLevel: .warn), LogFilter(app: app, from: from, text: "nowhere"),
            LogFilter(app: app, from: from, to: to, conditions: conditions),
        ]
        for filter in filters {
            for order in [LogOrder.newestFirst, .oldestFirst, .stored] {
                questions.append(
                    (
                        "page \(order) \(filter)",
                        { _ = try await $0.rows(filter, order: order, after: nil, limit: 100) }
                    ))
            }
            questions.append(("count \(filter)", { _ = try await $0.count(filter) }))
            questions.append(
                ("histogram \(filter)", { _ = try await $0.histogram(filter, interval: .seconds(60), limit: 100) }))
        }
        // What a tail, a follower and a proof ask.
        questions.append(("tail", { _ = try await $0.rows(of: GenerationID(1), from: 7, limit: 100) }))
        questions.append(("proof", { _ = try await $0.count(of: GenerationID(1)) }))
        return questions
    }

    /// Two apps with 6000 records each, in files of which each has its day of receipt.
    private static func filled(_ store: StoreUnderTest) async throws -> AppID {
        var latest: AppID?
        for _ in 0..<2 {
            let app = try await store.newApp()
            for file in 0..<3 {
                var feed = ObjectFeed(try await store.claim("o\(file)", of: app))
                let lines = (file * 2000..<(file + 1) * 2000).map { number in
                    "{\"ts\":\(number),\"level\":\"\(number % 10 == 0 ? "error" : "info")\",\"n\":\(number)}\n"
                }
                let day = CivilDay(number: 20_770 + Int64(file)).start
                #expect(try await store.commit(feed.step(lines.joined(), at: day)) == .applied)
            }
            latest = app
        }
        return try #require(latest)
    }

    /// Where pages of twenty begin, of which so many come before.
    private static func places(
        _ store: StoreUnderTest, _ filter: LogFilter, _ order: LogOrder, pages: [Int]
    ) async throws -> [RecordPosition] {
        var places: [RecordPosition] = []
        var place: RecordPosition?
        for page in 1...(pages.max() ?? 1) {
            let rows = try await store.ports.rows(filter, order: order, after: place, limit: 20)
            let next = try #require(rows.next(after: 20))
            if pages.contains(page) { places.append(next) }
            place = next
        }
        return places
    }
}
