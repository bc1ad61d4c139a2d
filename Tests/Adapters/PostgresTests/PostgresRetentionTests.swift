import AppRegistry
import Foundation
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import TestSupport
import Testing

@testable import PostgresAdapter

/// That days go as a whole when they may, that rows go when they may not, and that figures are right either way.
@Suite("PostgreSQL retention", .enabled(if: TestServer.isThere))
struct PostgresRetentionTests {
    private let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"

    @Test("days that are old as a whole go as tables, and what went is counted")
    func wholeDays() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let other = try await bench.another()
            for day in 0..<4 {
                for object in ["a", "b"] { try await bench.take(numbered(10), into: object, on: day) }
                try await bench.take(numbered(5) + "bad\n", into: "c", of: other, on: day)
            }
            let bytes = try await bench.number(
                "SELECT sum(octet_length(line))::bigint AS answer FROM records WHERE received_day < \(firstDay + 2)")
            let (sum, calls) = try await bench.expireAll(plan(until: 2))
            #expect(sum.records == 50 && sum.bytes == bytes && sum.rejects == 2 && sum.missed == [])
            // A call for each day, and one for what is left.
            #expect(calls == 3)
            #expect(try await bench.days() == [2, 3])
            #expect(try await bench.number("SELECT count(*) AS answer FROM records") == 50)
            #expect(try await bench.wrongTallies() == 0)
            #expect(try await bench.expireAll(plan(until: 2)).sum == RetentionStep())
            await bench.close()
        }
    }

    @Test("a day goes when it is over for a plan, not hour by hour")
    func wholeDaysOnly() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            try await bench.take(numbered(10), on: 0)
            let noon = RetentionPlan(standard: moment(0, hour: 12), patience: .zero)
            #expect(try await bench.expireAll(noon).sum == RetentionStep())
            let midnight = RetentionPlan(standard: moment(1, hour: 0), patience: .zero)
            #expect(try await bench.expireAll(midnight).sum.records == 10)
            #expect(try await bench.days() == [])
            await bench.close()
        }
    }

    @Test("a day that one app keeps loses the rows of the others, and goes when that app lets go")
    func appDays() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let keeper = try await bench.another()
            try await bench.take(numbered(10), on: 0)
            try await bench.take(numbered(3), of: keeper, on: 0)
            try await bench.take(numbered(7), on: 1)
            let sum = try await bench.expireAll(plan(until: 2, apps: [keeper: 0])).sum
            #expect(sum.records == 17)
            #expect(try await bench.days() == [0])
            #expect(try await bench.number("SELECT count(*) AS answer FROM records") == 3)
            #expect(try await bench.wrongTallies() == 0)
            // An app that keeps all keeps its days as well.
            let named = RetentionPlan(standard: nil, apps: [bench.app.id: moment(2)], patience: .zero)
            #expect(try await bench.expireAll(named).sum == RetentionStep())
            #expect(try await bench.days() == [0])
            #expect(try await bench.expireAll(plan(until: 2)).sum.records == 3)
            #expect(try await bench.days() == [])
            await bench.close()
        }
    }

    @Test("a day waits for followers; what was missed of a dropped day is noted by place and number")
    func followers() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let seen = try await bench.take(numbered(10), into: "seen", on: 0)
            let missed = try await bench.take("bad\n" + numbered(10), into: "missed", on: 0)
            try await bench.take(numbered(4, from: 10), into: "missed", on: 1)
            let size = try await bench.database.rows(of: missed, from: 0, limit: 100)
            try await bench.follow(seen, to: 1 << 30)
            let waiting = try await bench.expireAll(plan(until: 2, followers: [.fieldIndex], patience: 5)).sum
            #expect(waiting.waiting == 14 && waiting.records == 10 && waiting.missed == [])
            #expect(try await bench.days() == [0, 1])
            let sum = try await bench.expireAll(plan(until: 2, followers: [.fieldIndex], patience: 0)).sum
            let range = MissedRange(
                follower: .fieldIndex, generation: missed, range: ByteRange(4, size.offsets[13] + 1), records: 14)
            #expect(sum.missed == [range] && sum.records == 14 && sum.waiting == 0)
            #expect(try await bench.days() == [])
            #expect(try await bench.database.missed(of: .fieldIndex, limit: 10) == [range])
            await bench.close()
        }
    }

    @Test("a day that a follower has seen half of goes row by row, for the number of what was missed")
    func halfSeen() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let generation = try await bench.take(numbered(10), on: 0)
            let offsets = try await bench.database.rows(of: generation, from: 0, limit: 100).offsets
            try await bench.follow(generation, to: offsets[3])
            let sum = try await bench.expireAll(plan(until: 1, followers: [.fieldIndex], patience: 0)).sum
            #expect(sum.records == 10)
            #expect(sum.missed.map(\.records) == [7])
            #expect(sum.missed.map(\.range) == [ByteRange(offsets[3], offsets[9] + 1)])
            #expect(try await bench.days() == [0])
            // Empty by now, it goes the next time.
            #expect(
                try await bench.expireAll(plan(until: 1, followers: [.fieldIndex], patience: 0)).sum == RetentionStep())
            #expect(try await bench.days() == [])
            await bench.close()
        }
    }

    @Test("lines that were read again today keep their old day until they are old themselves")
    func replays() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let whole = "bad\n" + numbered(10)
            try await bench.take(whole, on: 0)
            try await bench.rewind(on: 5)
            // What was refused is acceptable by now.
            try await bench.take("{ }\n" + numbered(10), on: 5)
            #expect(try await bench.wrongTallies() == 0)
            #expect(try await bench.expireAll(plan(until: 3)).sum.records == 10)
            #expect(try await bench.days() == [0, 5])
            #expect(try await bench.number("SELECT count(*) AS answer FROM records") == 1)
            #expect(try await bench.wrongTallies() == 0)
            #expect(try await bench.expireAll(plan(until: 6)).sum.records == 1)
            #expect(try await bench.days() == [])
            // And once more, into a day whose table is gone.
            try await bench.rewind(on: 7)
            try await bench.take("{ }\n" + numbered(10), on: 7)
            #expect(try await bench.wrongTallies() == 0)
            #expect(try await bench.expireAll(plan(until: 7)).sum == RetentionStep())
            #expect(try await bench.number("SELECT count(*) AS answer FROM records") == 11)
            #expect(try await bench.expireAll(plan(until: 8)).sum.records == 11)
            await bench.close()
        }
    }

    @Test("a day with records of a deleted app is left to the erasure")
    func deletedApps() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let deleted = try await bench.another()
            try await bench.take(numbered(10), on: 0)
            try await bench.take(numbered(4), of: deleted, on: 0)
            _ = try await bench.database.deleteApp(deleted, at: moment(1))
            #expect(try await bench.expireAll(plan(until: 2)).sum.records == 10)
            #expect(try await bench.days() == [0])
            var records: Int64 = 0
            var isDone = false
            for _ in 0..<20 where !isDone {
                let step = try await bench.database.erase(limit: 3)
                records += step.records
                isDone = step.isDone
            }
            #expect(isDone && records == 4)
            _ = try await bench.expireAll(plan(until: 2))
            #expect(try await bench.days() == [])
            await bench.close()
        }
    }

    @Test("a table that an operator dropped is nothing to stumble over")
    func droppedByHand() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let keeper = try await bench.another()
            for app in [bench.app.id, keeper] {
                try await bench.take(numbered(10), of: app, on: 0)
                try await bench.take(numbered(10, from: 10), of: app, on: 1)
            }
            try await TestServer.run("DROP TABLE records_2026_11_20", on: bench.url)
            #expect(try await bench.expireAll(plan(until: 2, apps: [keeper: 0])).sum.records == 10)
            #expect(try await bench.expireAll(plan(until: 2)).sum.records == 10)
            await bench.close()
        }
    }

    @Test("many records go in as few words with the server as one does")
    func fewStatements() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let (proxy, through) = try await bench.relayed()
            var said: [Int] = []
            let many = isSoak ? 1_000_000 : 20_000
            for (day, count) in [(0, 100), (1, 100), (2, many)] {
                var first = 0
                while first < count {
                    try await bench.take(numbered(min(20_000, count - first), from: first), into: "o\(day)", on: day)
                    first += 20_000
                }
                proxy.calm()
                let (sum, calls) = try await RetentionSteps.all(of: through, plan(until: day + 1), limit: 500)
                #expect(sum.records == Int64(count) && calls == 2)
                said.append(proxy.counts.toServer + proxy.counts.toClient)
            }
            // The first time statements were prepared. Numbers have more digits in larger answers.
            #expect(said[2] <= said[1] + 200, "\(said)")
            proxy.stop()
            await through.close()
            await bench.close()
        }
    }

    @Test("records, rejects and positions are found by indexes, whether rows go or stay")
    func indexes() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let keeper = try await bench.another()
            for object in 0..<40 {
                let text = numbered(200) + String(repeating: "bad\n", count: 100)
                try await bench.take(text, into: "o\(object)", of: keeper, on: 0)
            }
            try await bench.take(numbered(200) + "bad\n", into: "o", on: 0)
            try await TestServer.run("ANALYZE", on: bench.url)
            // A session tells what it did when it ends.
            await bench.close()
            let name = "retention-\(OwnerID.fresh().text.suffix(8))"
            let database = try await PostgresStore.open(
                url: Secret(bench.url + "&application_name=\(name)"), connections: 1)
            let scans = """
                SELECT coalesce(sum(seq_scan), 0)::bigint AS answer FROM pg_stat_user_tables
                WHERE schemaname = current_schema() AND relname ~ '^(records|rejects)'
                """
            let before = try await bench.number(scans)
            let plan = plan(until: 1, apps: [keeper: 0], followers: [.fieldIndex], patience: 0)
            let sum = try await RetentionSteps.all(of: database, plan, limit: 100).sum
            #expect(sum.records == 200 && sum.rejects == 1)
            _ = try await database.deleteApp(bench.app.id, at: moment(1))
            while try await !database.erase(limit: 50).isDone {}
            await database.close()
            let sessions = "SELECT count(*) AS answer FROM pg_stat_activity WHERE application_name = '\(name)'"
            for _ in 0..<600 where try await bench.number(sessions) != 0 {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await bench.number(sessions) == 0)
            #expect(try await bench.number(scans) == before)
        }
    }
}
