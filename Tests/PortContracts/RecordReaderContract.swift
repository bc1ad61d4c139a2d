import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// What every reader of records must do.
public enum RecordReaderContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = paging + filtering + QueryClauses.clauses

    private static let paging: [Clause<StoreUnderTest>] =
        [LogOrder.newestFirst, .oldestFirst, .stored].map { order in
            Clause("pages in the order \(order) are complete, in order and without repeats, whatever their size") {
                store in
                let app = try await store.newApp()
                let all = try await fill(store, app, seed: 7).sorted { comes($0, before: $1, order) }
                for limit in [1, 2, 7, 50, 1000] {
                    let paged = try await pages(store, LogFilter(app: app), order, limit)
                    #expect(paged == all, "limit \(limit)")
                }
            }
        }
        + [LogOrder.newestFirst, .oldestFirst, .stored].map { order in
            Clause("Q9: pages in the order \(order) neither repeat nor lose what was there, while more arrives") {
                store in
                let app = try await store.newApp()
                let before = try await fill(store, app, seed: 11)
                var seen: [RecordPosition] = []
                var position: RecordPosition?
                var round = 0
                while true {
                    let rows = try await store.ports.rows(
                        LogFilter(app: app), order: order, after: position, limit: 10)
                    seen += (0..<rows.count).map { rows.position($0) }
                    guard let next = rows.next(after: 10) else { break }
                    position = next
                    round += 1
                    if round <= 4 { _ = try await fill(store, app, seed: 100 + UInt64(round), objects: 1) }
                }
                #expect(Set(seen).count == seen.count)
                #expect(Set(before).isSubset(of: seen))
                #expect(zip(seen, seen.dropFirst()).allSatisfy { comes($0, before: $1, order) })
            }
        } + [
            Clause("rows of one generation come by offset, from the offset asked for") { store in
                let app = try await store.newApp()
                let all = try await fill(store, app, seed: 3)
                let generation = try #require(all.map(\.generation).min())
                let offsets = all.filter { $0.generation == generation }.map(\.offset).sorted()
                let whole = try await store.ports.rows(of: generation, from: 0, limit: 1000)
                #expect(whole.offsets == offsets && whole.generations.allSatisfy { $0 == generation })
                let middle = offsets[offsets.count / 2]
                let rest = try await store.ports.rows(of: generation, from: middle, limit: 1000)
                #expect(rest.offsets == offsets.filter { $0 >= middle })
                let behind = try await store.ports.rows(of: generation, from: middle + 1, limit: 2)
                #expect(behind.offsets == Array(offsets.filter { $0 > middle }.prefix(2)))
                #expect(try await store.ports.count(of: generation) == Int64(offsets.count))
                #expect(try await store.ports.count(of: GenerationID(1 << 50)) == 0)
                #expect(try await store.ports.rows(of: GenerationID(1 << 50), from: 0, limit: 5).isEmpty)
            },
            Clause("each row carries its own line, whatever order it comes in") { store in
                let app = try await store.newApp()
                _ = try await fill(store, app, seed: 5)
                for order in [LogOrder.newestFirst, .oldestFirst, .stored] {
                    let rows = try await store.ports.rows(LogFilter(app: app), order: order, after: nil, limit: 1000)
                    for row in 0..<rows.count {
                        let line = String(decoding: rows.bytes[rows.range(row)], as: UTF8.self)
                        #expect(line.contains("\"ts\":\(rows.timestamps[row] / 1_000_000_000),"))
                        #expect(rows.objects[rows.generations[row]] != nil)
                    }
                }
            },
        ]

    private static let filtering: [Clause<StoreUnderTest>] = [
        Clause("times and levels filter rows, counts and bars alike, the first time in and the last out") { store in
            let app = try await store.newApp()
            let all = try await facts(store, app, seed: 13)
            let times = Set(all.map(\.timestamp)).sorted()
            let (low, high) = (times[times.count / 4], times[times.count * 3 / 4])
            for filter in filters(app, low, high) {
                let wanted = all.filter { meets($0, filter) }
                let rows = try await store.allRows(filter, .oldestFirst)
                #expect(Set((0..<rows.count).map { rows.facts($0) }) == Set(wanted), "\(filter)")
                #expect(try await pages(store, filter, .stored, 9).count == wanted.count)
                #expect(try await store.ports.count(filter) == Int64(wanted.count))
                let bars = try await store.ports.histogram(filter, interval: .seconds(2), limit: 1000)
                #expect(bars == expectedBars(wanted, width: 2_000_000_000))
            }
        },
        Clause("another app's records are never seen") { store in
            let (app, other) = (try await store.newApp(), try await store.newApp())
            _ = try await fill(store, app, seed: 17)
            for order in [LogOrder.newestFirst, .oldestFirst, .stored] {
                #expect(try await store.ports.rows(LogFilter(app: other), order: order, after: nil, limit: 9).isEmpty)
            }
            #expect(try await store.ports.count(LogFilter(app: other)) == 0)
            #expect(try await store.ports.count(LogFilter(app: .fresh())) == 0)
            #expect(try await store.ports.histogram(LogFilter(app: other), interval: .seconds(1), limit: 9) == [])
        },
        Clause("bars begin at multiples of the interval; the limit keeps the earliest") { store in
            let app = try await store.newApp()
            let all = try await facts(store, app, seed: 19)
            for interval in [Duration.milliseconds(1), .seconds(3), .seconds(86_400)] {
                let (seconds, attoseconds) = interval.components
                let width = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
                let expected = expectedBars(all, width: width)
                for limit in [1, 3, 10_000] {
                    let bars = try await store.ports.histogram(LogFilter(app: app), interval: interval, limit: limit)
                    #expect(bars == Array(expected.prefix(limit)))
                }
            }
        },
    ]

    // MARK: - Records to read

    /// Commits objects whose lines share few times, so that equal times are common.
    private static func fill(
        _ store: StoreUnderTest, _ app: AppID, seed: UInt64, objects: Int = 4
    ) async throws -> [RecordPosition] {
        var generator = SeededGenerator(seed: seed)
        var positions: [RecordPosition] = []
        let levels = ["info", "warn", "error", "nonsense", "fatal"]
        for index in 0..<objects {
            let claim = try await store.claim("s\(seed)-o\(index)", of: app)
            var feed = ObjectFeed(claim)
            for _ in 0..<2 {
                var text = ""
                for line in 0..<12 {
                    let time = 1_700_000_000 + Int.random(in: 0..<8, using: &generator)
                    let level = levels[Int.random(in: 0..<levels.count, using: &generator)]
                    text += "{\"ts\":\(time),\"level\":\"\(level)\",\"line\":\(line)}\n"
                }
                let step = feed.step(text)
                #expect(try await store.commit(step) == .applied)
                positions += (0..<step.records.count).map {
                    RecordPosition(
                        timestamp: step.records.timestamps[$0], generation: claim.generation,
                        offset: step.records.offsets[$0])
                }
            }
        }
        return positions
    }

    private static func facts(_ store: StoreUnderTest, _ app: AppID, seed: UInt64) async throws -> [RecordRows.Facts] {
        let positions = try await fill(store, app, seed: seed)
        var facts: [RecordRows.Facts] = []
        for generation in Set(positions.map(\.generation)) {
            let rows = try await store.ports.rows(of: generation, from: 0, limit: 1000)
            facts += (0..<rows.count).map { rows.facts($0) }
        }
        #expect(facts.count == positions.count)
        return facts
    }

    private static func filters(_ app: AppID, _ low: Int64, _ high: Int64) -> [LogFilter] {
        let (from, to) = (Timestamp(nanoseconds: low), Timestamp(nanoseconds: high))
        return [
            LogFilter(app: app), LogFilter(app: app, from: from), LogFilter(app: app, to: to),
            LogFilter(app: app, from: from, to: to), LogFilter(app: app, from: to, to: from),
            LogFilter(app: app, level: .warn), LogFilter(app: app, level: .unknown),
            LogFilter(app: app, minLevel: .warn), LogFilter(app: app, minLevel: .unknown),
            LogFilter(app: app, from: from, level: .error, minLevel: .info),
            LogFilter(app: app, level: .trace),
        ]
    }

    private static func meets(_ facts: RecordRows.Facts, _ filter: LogFilter) -> Bool {
        (filter.from.map { facts.timestamp >= $0.nanoseconds } ?? true)
            && (filter.to.map { facts.timestamp < $0.nanoseconds } ?? true)
            && (filter.level.map { facts.level == $0.rawValue } ?? true)
            && (filter.minLevel.map { facts.level >= $0.rawValue } ?? true)
    }

    private static func expectedBars(_ facts: [RecordRows.Facts], width: Int64) -> [HistogramBar] {
        Dictionary(grouping: facts) { $0.timestamp / width * width }.sorted { $0.key < $1.key }.map { start, group in
            HistogramBar(
                from: Timestamp(nanoseconds: start),
                counts: Dictionary(grouping: group) { Level(rawValue: $0.level) ?? .unknown }
                    .mapValues { Int64($0.count) })
        }
    }

    private static func pages(
        _ store: StoreUnderTest, _ filter: LogFilter, _ order: LogOrder, _ limit: Int
    ) async throws -> [RecordPosition] {
        let rows = try await store.allRows(filter, order, limit: limit)
        return (0..<rows.count).map { rows.position($0) }
    }

    private static func comes(_ left: RecordPosition, before right: RecordPosition, _ order: LogOrder) -> Bool {
        let one = (left.timestamp, left.generation, left.offset)
        let other = (right.timestamp, right.generation, right.offset)
        return switch order {
        case .newestFirst: one > other
        case .oldestFirst: one < other
        case .stored: (left.generation, left.offset) < (right.generation, right.offset)
        }
    }
}
