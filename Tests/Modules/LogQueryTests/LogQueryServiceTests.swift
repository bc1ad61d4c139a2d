import AppRegistry
import InMemoryAdapter
import LogCursor
import LogModel
import LogQuery
import TestSupport
import Testing

@Suite("Log query", .timeLimit(.minutes(4)))
struct LogQueryServiceTests {
    private func shelf(_ lines: Int = 60, seed: UInt64 = 1) async throws -> Shelf {
        let shelf = try await Shelf()
        var generator = SeededGenerator(seed: seed)
        for object in 0..<3 {
            var text = ""
            for line in 0..<lines / 3 {
                let time = Int.random(in: 100..<110, using: &generator)
                text +=
                    "{\"ts\":\(time),\"level\":\"\(line % 2 == 0 ? "info" : "error")\",\"line\":\(line),\"even\":\(line % 2 == 0)}\n"
            }
            try await shelf.add(text, to: "o\(object)")
        }
        return shelf
    }

    private func filters(_ shelf: Shelf) -> [LogFilter] {
        var (conditioned, searched, timed) = (shelf.everything, shelf.everything, shelf.everything)
        conditioned.conditions = [Condition(path: ["even"], test: .equal(.flag(true)))]
        searched.text = "\"line\":1"
        timed.from = Timestamp(nanoseconds: 103_000_000_000)
        timed.level = .error
        return [shelf.everything, conditioned, searched, timed]
    }

    private func all(
        _ service: LogQueryService, _ filter: LogFilter, _ order: LogOrder, _ limit: Int
    ) async throws -> [RecordPosition] {
        var (positions, cursor): ([RecordPosition], String?) = ([], nil)
        repeat {
            let page = try await service.page(filter, order: order, limit: limit, cursor: cursor)
            #expect(page.rows.count <= limit)
            positions += page.rows.positions
            cursor = page.next
        } while cursor != nil
        return positions
    }

    @Test("pages of any size and slices of any size give the whole answer, in order", arguments: [1, 7, 2000])
    func pages(_ slice: Int) async throws {
        let shelf = try await shelf()
        for filter in filters(shelf) {
            for order in [LogOrder.newestFirst, .oldestFirst, .stored] {
                let whole = try await shelf.service().page(filter, order: order, limit: 1000, cursor: nil)
                #expect(whole.next == nil && !whole.rows.isEmpty)
                for limit in [1, 3, 10, whole.rows.count, whole.rows.count + 1] {
                    let paged = try await all(shelf.service(slice: slice), filter, order, limit)
                    #expect(paged == whole.rows.positions, "\(order), limit \(limit)")
                }
                let patient = try await all(shelf.service(slice: slice, scanLimit: 5), filter, order, 10)
                #expect(patient == whole.rows.positions)
            }
        }
    }

    @Test("a page that looked at enough is given short, with a cursor that goes on")
    func scanLimit() async throws {
        let shelf = try await shelf()
        var filter = shelf.everything
        filter.text = "no line has this"
        let page = try await shelf.service(slice: 10, scanLimit: 20).page(
            filter, order: .newestFirst, limit: 5, cursor: nil)
        #expect(page.rows.isEmpty && page.next != nil)
        #expect(try await all(shelf.service(slice: 10, scanLimit: 20), filter, .newestFirst, 5).isEmpty)
    }

    @Test(
        "Q9: what arrives between pages neither repeats nor hides what was there",
        arguments: [LogOrder.newestFirst, .oldestFirst, .stored])
    func stable(_ order: LogOrder) async throws {
        let shelf = try await shelf()
        let before = Set(try await all(shelf.service(), shelf.everything, order, 100))
        var (seen, cursor): ([RecordPosition], String?) = ([], nil)
        var round = 0
        repeat {
            let page = try await shelf.service().page(shelf.everything, order: order, limit: 7, cursor: cursor)
            seen += page.rows.positions
            cursor = page.next
            round += 1
            if round < 5 {
                try await shelf.add("{\"ts\":\(98 + round * 3)}\n{\"ts\":\(111 - round)}\n", to: "o\(round % 3)")
            }
        } while cursor != nil
        #expect(Set(seen).count == seen.count && before.isSubset(of: seen))
    }

    @Test("a cursor of another question is refused")
    func otherQuestion() async throws {
        let shelf = try await shelf()
        let service = shelf.service()
        let cursor = try #require(
            try await service.page(shelf.everything, order: .newestFirst, limit: 5, cursor: nil).next)
        _ = try await service.page(shelf.everything, order: .newestFirst, limit: 9, cursor: cursor)
        await refuse(cursor, shelf.everything, .oldestFirst, service)
        for filter in filters(shelf).dropFirst() { await refuse(cursor, filter, .newestFirst, service) }
        await refuse(cursor, LogFilter(app: .fresh()), .newestFirst, service)
    }

    @Test("a cursor that was changed in any place, or signed with another key, is refused")
    func tampered() async throws {
        let shelf = try await shelf()
        let cursor = try #require(
            try await shelf.service().page(shelf.everything, order: .newestFirst, limit: 5, cursor: nil).next)
        let bytes = Array(cursor.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] = changed[index] == 0x41 ? 0x42 : 0x41
            await refuse(String(decoding: changed, as: UTF8.self), shelf.everything, .newestFirst, shelf.service())
        }
        for text in ["", "x", cursor + "A", String(cursor.dropLast()), cursor + "=", " " + cursor] {
            await refuse(text, shelf.everything, .newestFirst, shelf.service())
        }
        let foreign = LogQueryService(reader: shelf.store, signer: PlainSigner(key: 1))
        await refuse(cursor, shelf.everything, .newestFirst, foreign)
        #expect(throws: LogQueryError.invalidCursor) { try foreign.moment(of: cursor) }
    }

    @Test("a cursor says when the first page was asked for, so that ages mean the same on every page")
    func askedAt() async throws {
        let shelf = try await shelf()
        let service = shelf.service()
        var (cursor, seen): (String?, [RecordPosition]) = (nil, [])
        repeat {
            // Each page is asked for later, and reads the age as its cursor says.
            let now = Timestamp(nanoseconds: 112_000_000_000 + Int64(seen.count) * 1_000_000_000)
            let askedAt = try cursor.map { try service.moment(of: $0) } ?? now
            var filter = shelf.everything
            filter.from = TimeArgument("5s")?.before(askedAt)
            let page = try await service.page(
                filter, order: .newestFirst, limit: 4, cursor: cursor, askedAt: askedAt)
            seen += page.rows.positions
            cursor = page.next
        } while cursor != nil
        var fixed = shelf.everything
        fixed.from = Timestamp(nanoseconds: 107_000_000_000)
        #expect(Int64(seen.count) == (try await service.count(fixed)) && seen.count > 4)
    }

    private func refuse(_ cursor: String, _ filter: LogFilter, _ order: LogOrder, _ service: LogQueryService) async {
        await #expect(throws: LogQueryError.invalidCursor) {
            try await service.page(filter, order: order, limit: 5, cursor: cursor)
        }
    }

    @Test(
        "Q4: a page has 1 to 1000 items",
        arguments: [(0, false), (1, true), (1000, true), (1001, false), (-1, false), (.max, false), (.min, false)])
    func limits(_ limit: Int, _ isAllowed: Bool) async throws {
        let shelf = try await shelf(3)
        guard !isAllowed else {
            _ = try await shelf.service().page(shelf.everything, order: .stored, limit: limit, cursor: nil)
            return
        }
        await #expect(throws: LogQueryError.invalidLimit(limit)) {
            try await shelf.service().page(shelf.everything, order: .stored, limit: limit, cursor: nil)
        }
    }

    @Test("a stream shows what pages show, up to its limit")
    func stream() async throws {
        let shelf = try await shelf()
        for filter in filters(shelf) {
            for slice in [1, 7, 2000] {
                for limit in [nil, 0, 1, 13, 1000] as [Int?] {
                    let whole = try await shelf.service().page(filter, order: .oldestFirst, limit: 1000, cursor: nil)
                        .rows
                    var shown: [RecordPosition] = []
                    var records = shelf.service(slice: slice).records(filter, order: .oldestFirst, limit: limit)
                    while let rows = try await records.next() {
                        #expect(!rows.isEmpty)
                        shown += rows.positions
                    }
                    #expect(shown == Array(whole.positions.prefix(limit ?? .max)))
                }
            }
        }
    }

    @Test("counts and bars agree with the records, whether columns decide or lines are looked at")
    func countsAndBars() async throws {
        let shelf = try await shelf()
        for filter in filters(shelf) {
            let rows = try await shelf.service().page(filter, order: .stored, limit: 1000, cursor: nil).rows
            #expect(try await shelf.service(slice: 9).count(filter) == Int64(rows.count))
            let bars = try await shelf.service(slice: 9).histogram(filter, interval: .seconds(2))
            var expected: [Int64: [Level: Int64]] = [:]
            for row in 0..<rows.count {
                let level = Level(rawValue: rows.levels[row]) ?? .unknown
                expected[rows.timestamps[row] / 2_000_000_000 * 2_000_000_000, default: [:]][level, default: 0] += 1
            }
            #expect(bars.map(\.from.nanoseconds) == expected.keys.sorted())
            for bar in bars { #expect(bar.counts == expected[bar.from.nanoseconds]) }
        }
    }

    @Test("an interval has a millisecond to 366 days")
    func intervals() async throws {
        let shelf = try await shelf(3)
        for interval in [Duration.zero, .microseconds(999), .seconds(-1), .seconds(366 * 86_400 + 1)] {
            await #expect(throws: LogQueryError.invalidInterval) {
                try await shelf.service().histogram(shelf.everything, interval: interval)
            }
        }
        for interval in [Duration.milliseconds(1), .seconds(366 * 86_400)] {
            _ = try await shelf.service().histogram(shelf.everything, interval: interval)
        }
    }

    @Test("more than 10 000 bars are refused, whether columns decide or lines are looked at")
    func tooManyBars() async throws {
        let shelf = try await Shelf()
        try await shelf.add((0..<10_000).map { "{\"ts\":\($0)}\n" }.joined())
        var searched = shelf.everything
        searched.text = "ts"
        for filter in [shelf.everything, searched] {
            #expect(try await shelf.service().histogram(filter, interval: .seconds(1)).count == 10_000)
        }
        try await shelf.add("{\"ts\":10001}\n")
        for filter in [shelf.everything, searched] {
            await #expect(throws: LogQueryError.tooManyBars) {
                try await shelf.service().histogram(filter, interval: .seconds(1))
            }
        }
    }
}
