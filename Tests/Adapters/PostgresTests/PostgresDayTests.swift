import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import StoreSupport
import TestSupport
import Testing

@testable import PostgresAdapter

/// That each place holds one record whatever day it is read on, and that days lie apart.
@Suite("PostgreSQL partitions", .enabled(if: TestServer.isThere))
struct PostgresDayTests {
    private func moment(day: Int64) -> Timestamp { CivilDay(number: day).start.advanced(by: .seconds(3600)) }

    @Test("records lie in the partition of their day of receipt, and a day can be dropped by itself")
    func days() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let claim = try await bench.claim("o")
            var feed = bench.feed(claim)
            for (index, day) in [20_777, 20_777, 20_778, 20_777, 20_780].enumerated() {
                let step = feed.step(numbered(10, from: index * 10), at: moment(day: Int64(day)))
                #expect(try await bench.database.commit([step]) == [.applied])
            }
            #expect(try await bench.number("SELECT count(*) AS answer FROM records_2026_11_20") == 30)
            #expect(try await bench.number("SELECT count(*) AS answer FROM records_2026_11_21") == 10)
            #expect(try await bench.number("SELECT count(*) AS answer FROM records_2026_11_23") == 10)
            try await TestServer.run("DROP TABLE records_2026_11_20", on: bench.url)
            #expect(try await bench.database.count(of: claim.generation) == 20)
            // The day is not known to be gone: the commit finds out and makes it anew.
            let step = feed.step(numbered(5, from: 90), at: moment(day: 20_777))
            #expect(try await bench.database.commit([step]) == [.applied])
            #expect(try await bench.number("SELECT count(*) AS answer FROM records_2026_11_20") == 5)
            await bench.close()
        }
    }

    @Test("what is read again on other days meets its records where they are: each place stays once")
    func replayedOnOtherDays() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            var claim = try await bench.claim("o")
            var feed = bench.feed(claim)
            // Bytes before the first record are of its day as well.
            let texts = ["bad\n\n", numbered(10), "worse\n", numbered(10, from: 10), numbered(10, from: 20)]
            for (index, text) in texts.enumerated() {
                let step = feed.step(text, at: moment(day: 20_770 + Int64(index)))
                #expect(try await bench.database.commit([step]) == [.applied])
            }
            let whole = texts.joined()
            let before = try await bench.lines(of: claim.generation)
            #expect(before.count == 30)
            // Again from its start on other days, each time in other pieces, and a few lines further.
            for (round, size) in [7, 100, 331, 5000].enumerated() {
                let cursor = try await bench.cursor("o")
                let outcome = try await bench.database.rewind(cursor, to: CursorProgress(), at: .sample)
                #expect(outcome == .rewound)
                claim = try await bench.claim("o")
                feed = bench.feed(claim)
                var bytes = Array((whole + numbered(round + 1, from: 30)).utf8)[...]
                var day = Int64(20_780 + round * 10)
                while !bytes.isEmpty {
                    let step = feed.step(Array(bytes.prefix(size)), at: moment(day: day % 7 == 0 ? 20_771 : day))
                    #expect(try await bench.database.commit([step]) == [.applied])
                    bytes = bytes.dropFirst(size)
                    day += 1
                }
                let after = try await bench.lines(of: claim.generation)
                #expect(after.count == 31 + round && Array(after.prefix(30)) == before)
                #expect(Set(after).count == after.count)
            }
            let places = "SELECT count(DISTINCT (generation, byte_offset)) AS answer FROM records"
            #expect(try await bench.number(places) == 34)
            #expect(try await bench.number("SELECT count(*) AS answer FROM records") == 34)
            await bench.close()
        }
    }

    @Test("were the fence to fail, the place alone would keep a line from coming twice, on another day too")
    func behindTheFence() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let claim = try await bench.claim("o")
            var feed = bench.feed(claim)
            let step = feed.step(numbered(10), at: moment(day: 20_777))
            #expect(try await bench.database.commit([step]) == [.applied])
            let columns = CursorProgress.columns.filter { $0 != "digest" }.map { "\($0) = 0" }.joined(separator: ", ")
            for day in [20_777, 20_778, 20_779] as [Int64] {
                // The cursor as it was before, which no fence would let happen.
                try await TestServer.run("UPDATE cursors SET \(columns)", on: bench.url)
                var again = ObjectFeed(claim)
                let step = again.step(numbered(11), at: moment(day: day))
                #expect(try await bench.database.commit([step]) == [.applied])
                #expect(try await bench.lines(of: claim.generation).count == 11)
            }
            #expect(try await bench.number("SELECT count(*) AS answer FROM records") == 11)
            await bench.close()
        }
    }

    @Test("two handles race over objects at the turn of a day: every line once, none lost")
    func racingHandles() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let other = try await PostgresStore.open(url: Secret(bench.url), connections: 4)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for database in [bench.database, other] {
                    group.addTask {
                        for round in 0..<40 {
                            // Taken by force, in that the lease is over at once.
                            let claim = try await bench.claim("o\(round % 5)", in: database, lease: .zero)
                            var feed = bench.feed(claim)
                            let step = feed.step("{\"n\":1}\n", at: moment(day: 20_770 + Int64(round / 10)))
                            let outcomes = try await database.commit([step])
                            #expect(outcomes == [.applied] || outcomes == [.refused])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let cursors = try await bench.database.cursors(of: bench.app.id, after: nil, limit: 100)
            #expect(cursors.count == 5)
            for cursor in cursors {
                let rows = try await bench.database.rows(of: cursor.generation, from: 0, limit: 1000)
                #expect(rows.lineNumbers == Array(1...cursor.progress.lines))
                #expect(Int64(rows.count) == cursor.progress.counts.records)
            }
            await other.close()
            await bench.close()
        }
    }
}
