import AppRegistry
import Foundation
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import ServerRig
import StoreSupport
import TestSupport
import Testing

@testable import PostgresAdapter

/// That retention loses nothing that stays and holds nobody up, whatever goes on beside it or breaks.
@Suite("PostgreSQL retention, faults", .enabled(if: TestServer.isThere))
struct PostgresRetentionFaultTests {
    private let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"

    @Test("while somebody reads for long, rows go one by one and nobody else waits; the table goes later")
    func longReader() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            try await bench.take(numbered(50), on: 0)
            let (started, hold) = AsyncStream.makeStream(of: Void.self)
            let reader = Task {
                try await TestServer.session(on: bench.url) { session in
                    try session.transaction { session in
                        try session.run("SELECT count(*) FROM records")
                        hold.yield()
                        hold.finish()
                        try session.run("SELECT pg_sleep(600)")
                    }
                }
            }
            for await _ in started { break }
            // Who would wait for a lock longer than this fails.
            let other = try await PostgresStore.open(
                url: Secret(bench.url.replacing("-csearch_path", with: "-clock_timeout%3D5s%20-csearch_path")))
            let others = Task {
                var count = 0
                while !Task.isCancelled {
                    _ = try await other.count(LogFilter(app: bench.app.id))
                    count += 1
                }
                return count
            }
            let sum = try await bench.expireAll(plan(until: 1)).sum
            #expect(sum.records == 50)
            #expect(try await bench.days() == [0])
            #expect(try await bench.wrongTallies() == 0)
            others.cancel()
            reader.cancel()
            do { #expect(try await others.value > 0) } catch let error as StoreError {
                // It was cancelled in the midst of a count, or before one.
                #expect(error.detail.contains("cancel") || error.detail.contains("called off"), "\(error)")
            }
            _ = await reader.result
            #expect(try await bench.expireAll(plan(until: 1)).sum == RetentionStep())
            #expect(try await bench.days() == [])
            await other.close()
            await bench.close()
        }
    }

    @Test("what comes into a day between the look and the drop keeps it")
    func lateArrival() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let keeper = try await bench.another()
            try await bench.take(numbered(5), on: 0)
            let rule = plan(until: 1, apps: [keeper: 0])
            let day = try await bench.database.work { try DayDrop(rule, $0).next(from: .min) }
            #expect(day == CivilDay(number: firstDay))
            try await bench.take(numbered(3), of: keeper, on: 0)
            let step = try await bench.database.transaction { try DayDrop(rule, $0).drop(CivilDay(number: firstDay)) }
            #expect(step == nil)
            #expect(try await bench.number("SELECT count(*) AS answer FROM records") == 8)
            await bench.close()
        }
    }

    @Test("what is read again between the look at rows and their removal stays")
    func lateRow() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let generation = try await bench.take("bad\n" + numbered(3), on: 0)
            try await bench.rewind(on: 5)
            try await bench.take("{ }\n" + numbered(3), on: 5)
            let app = try #require(
                try await bench.number("SELECT app AS answer FROM cursors WHERE generation = \(generation.number)"))
            // A stretch that was judged before the first of its lines was there.
            let gone = try await bench.database.transaction { session in
                try session.execute(
                    RowStatements.removal(from: "records_2026_11_20"),
                    [
                        .integers([app]), .integers([generation.number]), .integers([0]), .integers([0]),
                        .integers([1 << 20]), .integers([moment(1).nanoseconds]),
                    ]
                ).first?.integer("records")
            }
            #expect(gone == 3)
            #expect(try await bench.lines(of: generation) == ["{ }"])
            #expect(try await bench.wrongTallies() == 0)
            await bench.close()
        }
    }

    @Test("commits, readings again and exports beside dropped days: what stays is there once, what is old is gone")
    func busyStore() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make(connections: 8)
            let rounds = isSoak ? 60 : 10
            for day in 0..<rounds { try await bench.take(numbered(20), into: "old\(day)", on: day) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<rounds * 4 {
                        try await bench.take(numbered(5, from: round * 5), into: "today", on: rounds)
                    }
                }
                group.addTask {
                    // Into days that go at the same moment, and into days that have gone.
                    for round in 0..<rounds * 2 {
                        let object = "old\(round % rounds)"
                        try await bench.rewind(object, on: rounds)
                        try await bench.take(numbered(20), into: object, on: rounds)
                    }
                }
                group.addTask {
                    for _ in 0..<rounds {
                        let service = LogQueryService(
                            reader: bench.database, signer: PlainSigner())
                        var records = service.records(LogFilter(app: bench.app.id), order: .oldestFirst, limit: nil)
                        while try await records.next() != nil {}
                    }
                }
                group.addTask {
                    for day in 1...rounds { _ = try await bench.expireAll(plan(until: day), limit: 50) }
                }
                try await group.waitForAll()
            }
            #expect(try await bench.wrongTallies() == 0)
            let today = try await bench.number(
                """
                SELECT count(*) AS answer FROM records JOIN cursors USING (generation)
                WHERE object = 'today' AND received_at >= \(moment(rounds, hour: 0).nanoseconds)
                """)
            #expect(today == Int64(rounds * 20))
            let places = "SELECT count(*) - count(DISTINCT (generation, byte_offset)) AS answer FROM records"
            #expect(try await bench.number(places) == 0)
            let old =
                "SELECT count(*) AS answer FROM records WHERE received_at < \(moment(rounds, hour: 0).nanoseconds)"
            _ = try await bench.expireAll(plan(until: rounds))
            #expect(try await bench.number(old) == 0)
            #expect(try await bench.wrongTallies() == 0)
            _ = try await bench.expireAll(plan(until: rounds + 1))
            #expect(try await bench.number("SELECT count(*) AS answer FROM records") == 0)
            #expect(try await bench.days() == [])
            await bench.close()
        }
    }

    @Test("a connection cut anywhere while a day is dropped or rows go leaves all of a step or nothing")
    func cutConnections() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let keeper = try await bench.another()
            let (proxy, through) = try await bench.relayed()
            let rounds = isSoak ? 60 : 6
            var day = 0
            var outcomes: Set<Bool> = []
            for isDrop in [true, false] {
                proxy.calm()
                try await prepare(day, isDrop, keeper, bench)
                let rule = { (day: Int) in
                    plan(until: day + 1, apps: [keeper: isDrop ? day + 1 : 0], followers: [.fieldIndex], patience: 0)
                }
                _ = try await RetentionSteps.all(of: through, rule(day), limit: 100)
                day += 1
                try await prepare(day, isDrop, keeper, bench)
                proxy.calm()
                _ = try await RetentionSteps.all(of: through, rule(day), limit: 100)
                let size = proxy.counts
                for (way, bytes) in [(CuttingProxy.Way.toServer, size.toServer), (.toClient, size.toClient)] {
                    for place in (0..<rounds).map({ bytes * $0 / rounds }) {
                        day += 1
                        try await prepare(day, isDrop, keeper, bench)
                        let before = try await noted(bench)
                        proxy.cut(way, after: place)
                        var went: Int64?
                        do {
                            went = try await RetentionSteps.all(of: through, rule(day), limit: 100).sum.records
                        } catch {
                            #expect(error is StoreError, "\(error)")
                        }
                        proxy.calm()
                        outcomes.insert(went == nil)
                        #expect(went == nil || went == 30, "\(way) \(place)")
                        #expect(try await bench.wrongTallies() == 0, "\(way) \(place)")
                        let left = try await self.left(day, bench)
                        #expect(left == 0 || left == 30, "\(way) \(place)")
                        #expect(try await noted(bench) == before + 30 - left, "\(way) \(place)")
                        _ = try await bench.expireAll(rule(day))
                        #expect(try await self.left(day, bench) == 0)
                        #expect(try await noted(bench) == before + 30, "\(way) \(place)")
                    }
                }
                day += 1
            }
            #expect(outcomes.contains(false))
            proxy.stop()
            await through.close()
            await bench.close()
        }
    }

    /// A day of 30 records of an app, which another keeps from being dropped unless `isDrop`.
    private func prepare(_ day: Int, _ isDrop: Bool, _ keeper: AppID, _ bench: Bench) async throws {
        try await bench.take(numbered(30), into: "o\(day)", on: day)
        if !isDrop { try await bench.take(numbered(1), into: "o\(day)", of: keeper, on: day) }
    }

    /// How many records are there of a day's object, once nobody is at work on them any more.
    private func left(_ day: Int, _ bench: Bench) async throws -> Int64 {
        try await TestServer.session(on: bench.url) { session in
            try session.transaction { session in
                try session.script("LOCK TABLE records IN ACCESS EXCLUSIVE MODE")
            }
        }
        return try await bench.number(
            """
            SELECT count(*) AS answer FROM records JOIN cursors AS c USING (generation)
            WHERE c.object = 'o\(day)' AND c.app = 1
            """
        ) ?? -1
    }

    private func noted(_ bench: Bench) async throws -> Int64 {
        try await bench.number(
            """
            SELECT coalesce(sum(m.records), 0)::bigint AS answer FROM follower_misses AS m
            JOIN cursors AS c USING (generation) WHERE c.app = 1
            """
        ) ?? -1
    }

    @Test("a schema of the first version gets its figures when it is brought up to date")
    func upgrade() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            for day in 0..<3 { try await bench.take("bad\n" + numbered(10, from: day * 10), on: day) }
            try await bench.rewind(on: 5)
            try await bench.take("{ }\n", on: 5)
            await bench.close()
            try await TestServer.run(
                """
                ALTER TABLE receipt_days DROP COLUMN records, DROP COLUMN bytes, DROP COLUMN replayed_from,
                DROP COLUMN replayed_to;
                DROP INDEX receipt_days_by_day, rejects_by_age, runs_by_end;
                DROP TABLE followers, follower_misses, fields, field_totals;
                ALTER TABLE cursors DROP COLUMN version_seen, DROP COLUMN hidden_seen;
                ALTER TABLE client_tokens DROP COLUMN seal;
                ALTER TABLE runs DROP COLUMN untimed;
                DELETE FROM schema_versions WHERE number > 1;
                """, on: bench.url)
            let again = Bench(
                url: bench.url, database: try await PostgresStore.patient(bench.url, connections: 2))
            #expect(try await again.wrongTallies() == 0)
            #expect(try await again.expireAll(plan(until: 3)).sum.records == 30)
            #expect(try await again.number("SELECT count(*) AS answer FROM records") == 1)
            await again.close()
        }
    }
}
