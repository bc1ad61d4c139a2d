import GRDB
import LogModel
import LogQuery

/// The part of a filter that columns decide, as SQL over `records AS r`.
struct ColumnCondition {
    private(set) var sql = "r.app = (SELECT number FROM apps WHERE id = ?)"
    private(set) var arguments: StatementArguments

    init(_ filter: LogFilter) {
        arguments = [filter.app.text]
        if let from = filter.from { add("r.event_time >= ?", from.nanoseconds) }
        if let to = filter.to { add("r.event_time < ?", to.nanoseconds) }
        if let level = filter.level { add("r.level = ?", Int64(level.rawValue)) }
        if let lowest = filter.minLevel { add("r.level >= ?", Int64(lowest.rawValue)) }
        if let isReceipt = filter.timeIsReceipt {
            let flag = Int64(RecordFlags.timeOfReceipt.rawValue)
            add("(r.flags & ?) = ?", flag, isReceipt ? flag : 0)
        }
    }

    mutating func add(_ condition: String, _ values: Int64...) {
        sql += " AND " + condition
        arguments += StatementArguments(values)
    }
}

/// A page of records as SQL.
///
/// A condition that few rows meet would make one statement look at all of them, and a read that takes long keeps the
/// write-ahead log from being taken up into the file. So ``window`` first finds, from indexes alone, the place behind
/// which a page does not look.
struct RecordSelection {
    private let filter: LogFilter
    private let order: LogOrder
    private let position: RecordPosition?

    static let columns =
        "r.generation, r.offset, r.line_number, r.event_time, r.received_at, r.level, r.flags, r.line"

    init(_ filter: LogFilter, order: LogOrder, after position: RecordPosition?) {
        self.filter = filter
        self.order = order
        self.position = position
    }

    /// A statement and its arguments.
    typealias Statement = (sql: String, arguments: StatementArguments)

    /// Up to `limit` rows in one statement, when each row that is looked at is one that is wanted; else `nil`.
    func unbounded(_ limit: Int) -> Statement? {
        let hasTime = filter.from != nil || filter.to != nil
        return filter.isSparse || (order == .stored && hasTime) ? nil : page(limit: limit, upTo: nil)
    }

    /// What finds the `rows`-th row to look at: its event time, generation and offset.
    func window(rows: Int) -> Statement {
        switch order {
        case .newestFirst, .oldestFirst:
            var plain = filter
            plain.level = nil
            plain.minLevel = nil
            plain.timeIsReceipt = nil
            let condition = RecordSelection(plain, order: order, after: position).timeCondition(upTo: nil)
            return (
                """
                SELECT r.event_time, r.generation, r.offset FROM records AS r WHERE \(condition.sql)
                ORDER BY \(timeOrder) LIMIT 1 OFFSET ?
                """, condition.arguments + [rows - 1]
            )
        case .stored:
            let places = places(upTo: nil)
            return (
                """
                SELECT 0, c.generation, r.offset FROM \(places.sql) ORDER BY c.generation, r.offset LIMIT 1 OFFSET ?
                """, places.arguments + [rows - 1]
            )
        }
    }

    /// Up to `limit` rows, none behind `end`.
    func page(limit: Int, upTo end: RecordPosition?) -> Statement {
        switch order {
        case .newestFirst, .oldestFirst:
            let condition = timeCondition(upTo: end)
            return (
                """
                SELECT \(RecordSelection.columns) FROM records AS r WHERE \(condition.sql)
                ORDER BY \(timeOrder) LIMIT ?
                """, condition.arguments + [limit]
            )
        case .stored:
            let places = places(upTo: end)
            let condition = ColumnCondition(filter)
            return (
                """
                SELECT \(RecordSelection.columns) FROM \(places.sql) AND \(condition.sql)
                ORDER BY c.generation, r.offset LIMIT ?
                """, places.arguments + condition.arguments + [limit]
            )
        }
    }

    /// How many there are, none behind `end`, by event time.
    func count(upTo end: RecordPosition?) -> Statement {
        let condition = timeCondition(upTo: end)
        return ("SELECT count(*) FROM records AS r WHERE \(condition.sql)", condition.arguments)
    }

    /// The event times, levels and places of up to `limit` rows, by event time.
    func levels(limit: Int) -> Statement {
        let condition = timeCondition(upTo: nil)
        return (
            """
            SELECT r.event_time, r.level, r.generation, r.offset FROM records AS r WHERE \(condition.sql)
            ORDER BY \(timeOrder) LIMIT ?
            """, condition.arguments + [limit]
        )
    }

    private var timeOrder: String {
        let way = order == .newestFirst ? "DESC" : "ASC"
        return "r.event_time \(way), r.generation \(way), r.offset \(way)"
    }

    /// Between two places, of which each side has one bound: of two, SQLite would go along the index by one and test every
    /// row by the other, and a page far behind would look at all in front of it.
    private func timeCondition(upTo end: RecordPosition?) -> ColumnCondition {
        let isNewestFirst = order == .newestFirst
        let (low, high) = isNewestFirst ? (end, position) : (position, end)
        var plain = filter
        var places: [(comparison: String, place: RecordPosition)] = []
        if let low, low.timestamp >= filter.from?.nanoseconds ?? .min {
            plain.from = nil
            places.append((isNewestFirst ? ">=" : ">", low))
        }
        if let high, high.timestamp < filter.to?.nanoseconds ?? .max {
            plain.to = nil
            places.append((isNewestFirst ? "<" : "<=", high))
        }
        var condition = ColumnCondition(plain)
        for (comparison, place) in places {
            condition.add(
                "(r.event_time, r.generation, r.offset) \(comparison) (?, ?, ?)", place.timestamp,
                place.generation.number, place.offset)
        }
        return condition
    }

    /// The app's records generation by generation, so that other apps' records are never looked at.
    private func places(upTo end: RecordPosition?) -> Statement {
        let generation = position?.generation.number ?? 0
        let offset = position?.offset ?? -1
        let last = end?.generation.number ?? .max
        return (
            """
            cursors AS c CROSS JOIN records AS r
            WHERE c.app = ? AND c.generation >= ? AND c.generation <= ? AND r.generation = c.generation
            AND r.offset > CASE WHEN c.generation = ? THEN ? ELSE -1 END
            AND r.offset <= CASE WHEN c.generation = ? THEN ? ELSE \(Int64.max) END
            """,
            [filter.app.text, generation, last, generation, offset, last, end?.offset ?? .max]
        )
    }
}
