import AppRegistry
import Foundation
import InMemoryAdapter
import LogIngestion
import LogModel
import LogQuery
import PortContracts
import StoreSupport
import TestSupport
import Testing

@testable import PostgresAdapter

/// That reading goes by indexes, holds nothing between calls, and that narrowing down loses no line.
@Suite("PostgreSQL questions", .enabled(if: TestServer.isThere))
struct PostgresQueryTests {
    private let orders = [LogOrder.newestFirst, .oldestFirst, .stored]

    /// A store with lines on three days.
    private func filled(_ count: Int) async throws -> Bench {
        let bench = try await Bench.make()
        for day in 0..<3 {
            var feed = bench.feed(try await bench.claim("o\(day)"))
            let step = feed.step(
                numbered(count / 3, from: day * count / 3), at: CivilDay(number: 20_770 + Int64(day)).start)
            #expect(try await bench.database.commit([step]) == [.applied])
        }
        try await TestServer.run("ANALYZE", on: bench.url)
        return bench
    }

    @Test("pages and windows go by an index on every partition, and sort nothing")
    func plans() async throws {
        try await Turns.all.take {
            let bench = try await filled(6000)
            let from = Timestamp(nanoseconds: 1_000_000_000_000)
            let to = Timestamp(nanoseconds: 5_000_000_000_000)
            let position = RecordPosition(timestamp: 3_000_000_000_000, generation: GenerationID(2), offset: 7)
            let filters = [
                LogFilter(app: bench.app.id), LogFilter(app: bench.app.id, from: from, to: to),
                LogFilter(app: bench.app.id, level: .info), LogFilter(app: bench.app.id, from: from, minLevel: .warn),
                LogFilter(app: bench.app.id, text: "needle"),
            ]
            for order in orders {
                for filter in filters {
                    for place in [nil, position] {
                        let selection = RecordSelection(filter, order: order, after: place)
                        let page = selection.page(limit: 100, upTo: nil)
                        let pages = [page] + (selection.isExact ? [] : [selection.window(rows: 1000)])
                        for (sql, values) in pages {
                            let plan = try await plan(sql, values, on: bench.url)
                            #expect(!plan.contains("Seq Scan on "), "\(order) \(filter): \(plan)")
                            // A page that follows no window may find so few rows that sorting them is the least work.
                            if filter.isDecidedByColumns, filter.level == nil, filter.minLevel == nil,
                                filter.from == nil
                            {
                                #expect(!plan.contains("Sort  (cost"), "\(order) \(filter): \(plan)")
                            }
                            #expect(plan.contains("(app = $0)"), "\(order) \(filter): \(plan)")
                        }
                    }
                }
            }
            await bench.close()
        }
    }

    private func plan(_ sql: String, _ values: [PostgresValue], on url: String) async throws -> String {
        let texts = try await TestServer.session(on: url) { session in
            try session.execute("EXPLAIN " + sql, values, isPlannedAnew: true).rows.map {
                try $0.text("\"QUERY PLAN\"")
            }
        }
        return texts.joined(separator: "\n")
    }

    @Test("an export that is paused holds neither a transaction nor a snapshot, and none lasts")
    func pausedExport() async throws {
        try await Turns.all.take {
            let bench = try await filled(6000)
            let name = "export-\(OwnerID.fresh().text.suffix(8))"
            let database = try await PostgresStore.open(
                url: Secret(bench.url + "&application_name=\(name)"), connections: 2)
            let service = LogQueryService(reader: database, signer: PlainSigner())
            for order in orders {
                var records = service.records(LogFilter(app: bench.app.id), order: order, limit: nil)
                var count = 0
                while let rows = try await records.next() {
                    #expect(rows.count <= 2000)
                    count += rows.count
                    let held = try await bench.number(
                        """
                        SELECT count(*) AS answer FROM pg_stat_activity WHERE application_name = '\(name)'
                        AND (xact_start IS NOT NULL OR backend_xmin IS NOT NULL)
                        """)
                    #expect(held == 0)
                }
                #expect(count == 6000)
            }
            // The same question, asked while a transaction is really open, shows that the check can fail.
            let held = try await database.pool.perform { session in
                try session.transaction { session in
                    try session.execute(
                        """
                        SELECT count(*) AS answer FROM pg_stat_activity WHERE application_name = $1
                        AND (xact_start IS NOT NULL OR backend_xmin IS NOT NULL)
                        """, [.text(name)]
                    ).first?.integer("answer")
                }
            }
            #expect(held == 1)
            await database.close()
            await bench.close()
        }
    }

    @Test("a call that finds nothing looks at so many rows and no more, in every order")
    func boundedScan() async throws {
        try await Turns.all.take {
            let bench = try await filled(6000)
            var reader = bench.database
            reader.scanLimit = 1200
            let app = bench.app.id
            let future = Timestamp(nanoseconds: 9_000_000_000_000_000)
            for (order, filter) in [
                (LogOrder.newestFirst, LogFilter(app: app, level: .fatal)),
                (.oldestFirst, LogFilter(app: app, text: "X!")),
                (.oldestFirst, LogFilter(app: app, minLevel: .fatal)), (.stored, LogFilter(app: app, level: .fatal)),
                (.stored, LogFilter(app: app, from: future)),
                (.newestFirst, LogFilter(app: app, conditions: [Condition(path: ["none"], test: .exists(true))])),
            ] {
                var (position, calls): (RecordPosition?, Int) = (nil, 0)
                repeat {
                    let rows = try await reader.rows(filter, order: order, after: position, limit: 50)
                    #expect(rows.isEmpty)
                    position = rows.next(after: 50)
                    calls += 1
                } while position != nil
                #expect(calls == 6, "\(order) \(filter)")
            }
            await bench.close()
        }
    }
}
