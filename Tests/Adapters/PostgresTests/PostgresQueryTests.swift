import AppRegistry
import Foundation
import InMemoryAdapter
import LogIngestion
import LogModel
import LogQuery
import PortContracts
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
            #expect(try await bench.commits.commit([step]) == [.applied])
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
                        let pages = [page] + (selection.window(rows: 1000).map { [$0] } ?? [])
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
            let database = try await PostgresDatabase.open(
                url: Secret(bench.url + "&application_name=\(name)"), connections: 2)
            let service = LogQueryService(reader: PostgresRecordReader(database), signer: PlainSigner())
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
            let reader = PostgresRecordReader(bench.database, scanLimit: 1200)
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

    @Test("narrowing down on the server loses no line that the domain would find")
    func narrowing() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let claim = try await bench.claim("o")
            var feed = bench.feed(claim)
            let extra = [
                #"{"name":"Ärger","city":"K\u00f6ln"}"#, #"{"esc":"a\/b"}"#, #"{"quote":"say \"hi\""}"#, #"{"a\/b":1}"#,
                #"{"n\u0061me":"Ärger","list":[{"k":"Value"},2],"UPPER":"LOUD"}"#,
                #"{"k":"value","t":"VALUE","x":null}"#,
                #"{"k":"","deep":{"k":{"k":"x"}}}"#, #"{"İ":"İstanbul","ß":"STRASSE","K":"K"}"#,
            ]
            let lines = NastyLines.accepted.map(\.line) + extra.map { Array($0.utf8) }
            #expect(try await bench.commits.commit([feed.step(lines.flatMap { $0 + [0x0A] })]) == [.applied])
            let reader = PostgresRecordReader(bench.database)
            let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"
            let filters = NarrowingQuestions.filters(bench.app.id).enumerated()
            for (number, filter) in filters where isSoak || number < NarrowingQuestions.words.count || number % 7 == 0 {
                let found = try await matches(filter, reader)
                // The same question, put to a reader that narrows nothing down.
                let expected = try await matches(filter, Unnarrowed(reader: reader))
                #expect(found == expected, "\(filter)")
            }
            let narrowed = try await reader.rows(
                LogFilter(app: bench.app.id, text: "loud"), order: .stored, after: nil, limit: 1000)
            #expect(narrowed.count > 0 && narrowed.count < lines.count)
            await bench.close()
        }
    }

    private func matches(_ filter: LogFilter, _ reader: any RecordReader) async throws -> [Int64] {
        let service = LogQueryService(reader: reader, signer: PlainSigner())
        return try await service.page(filter, order: .stored, limit: 1000, cursor: nil).rows.offsets
    }
}

/// A reader that is asked by columns alone.
private struct Unnarrowed: RecordReader {
    let reader: PostgresRecordReader

    func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(RecordReaderError) -> RecordRows {
        var plain = filter
        plain.text = nil
        plain.conditions = []
        return try await reader.rows(plain, order: order, after: position, limit: limit)
    }

    func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(RecordReaderError) -> RecordRows {
        try await reader.rows(of: generation, from: offset, limit: limit)
    }

    func count(_ filter: LogFilter) async throws(RecordReaderError) -> Int64 { try await reader.count(filter) }

    func count(of generation: GenerationID) async throws(RecordReaderError) -> Int64 {
        try await reader.count(of: generation)
    }

    func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(RecordReaderError) -> [HistogramBar] {
        try await reader.histogram(filter, interval: interval, limit: limit)
    }
}

/// Questions that could be narrowed down wrongly.
private enum NarrowingQuestions {
    static let words = [
        "Ärger", "ärger", "ÄRGER", "Köln", "köln", "a/b", "say \"hi\"", "\"", "\\", "/", "value", "VALUE", "Value",
        "loud",
        "x", "istanbul", "İstanbul", "strasse", "K", "k", "\u{0}", "a\u{0}b", "200", "😀", "\u{2028}", "%", "_", "",
        "DROP TABLE", "\u{FEFF}", "http.status", "null", "\n", "\t",
    ]

    static func filters(_ app: AppID) -> [LogFilter] {
        let paths = [
            ["name"], ["k"], ["t"], ["list", "0", "k"], ["deep", "k", "k"], ["UPPER"], ["x"], ["http.status"], [""],
            ["city"], ["esc"], ["quote"], ["a/b"], ["İ"], ["ß"], ["K"], ["\u{0}"], ["nul"], ["pair"], ["q"], ["café"],
            ["e"],
        ]
        var filters = words.map { LogFilter(app: app, text: $0) }
        for path in paths {
            for word in words {
                for test in [
                    Condition.Test.equal(.text(word)), .contains(word), .oneOf([.text(word), .text("none")]),
                    .oneOf([.text(word), .null]), .notEqual(.text(word)), .noneOf([.text(word)]), .greater(.text(word)),
                ] {
                    filters.append(LogFilter(app: app, conditions: [Condition(path: path, test: test)]))
                }
            }
            for test in [Condition.Test.exists(true), .exists(false), .equal(.null), .less(.number(JSONNumber(300)))] {
                filters.append(LogFilter(app: app, conditions: [Condition(path: path, test: test)]))
            }
        }
        return filters
    }
}
