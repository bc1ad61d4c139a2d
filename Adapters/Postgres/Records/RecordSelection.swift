import LogModel
import LogQuery

/// A page of records as SQL.
///
/// A condition that few rows meet would make one statement look at all of them, holding its snapshot meanwhile. So
/// ``window(rows:)`` first finds, from indexes alone, the place behind which a page does not look.
struct RecordSelection {
    private let filter: LogFilter
    private let order: LogOrder
    private let position: RecordPosition?
    private let sieve: LineSieve

    init(_ filter: LogFilter, order: LogOrder, after position: RecordPosition?) {
        self.filter = filter
        sieve = LineSieve(filter)
        self.order = order
        self.position = position
    }

    /// Whether each row that is looked at is one that is wanted, so that no window is needed.
    var isExact: Bool {
        let hasTime = filter.from != nil || filter.to != nil
        return !filter.isSparse && sieve.isEmpty && !(order == .stored && hasTime)
    }

    /// What finds the `rows`-th row to look at, its event time, generation and offset.
    func window(rows: Int) -> (sql: String, values: [PostgresValue]) {
        var plain = LogFilter(app: filter.app)
        // By time, rows out of the times asked for are never looked at.
        if order != .stored { (plain.from, plain.to) = (filter.from, filter.to) }
        var condition = condition(plain, upTo: nil)
        let skipped = condition.parameter(.integer(Int64(rows - 1)))
        return (
            """
            SELECT r.event_time, r.generation, r.byte_offset FROM records AS r WHERE \(condition.sql)
            ORDER BY \(sorting("r.")) LIMIT 1 OFFSET \(skipped)
            """, condition.values
        )
    }

    /// Up to `limit` rows, none behind `end`, whose lines hold not many more bytes than rows may.
    func page(limit: Int, upTo end: RecordPosition?) -> (sql: String, values: [PostgresValue]) {
        var condition = condition(filter, upTo: end)
        condition.narrow(by: sieve)
        return RecordSelection.bounded(condition, sorting: sorting, limit: limit)
    }

    /// Rows in an order, cut off behind the one that fills the page.
    ///
    /// Lengths are known without reading long lines, so nothing is sent that the page does not take.
    static func bounded(
        _ condition: RecordCondition, sorting: (String) -> String, limit: Int
    ) -> (sql: String, values: [PostgresValue]) {
        var condition = condition
        let limit = condition.parameter(.integer(Int64(limit)))
        return (
            """
            SELECT s.generation, s.byte_offset, s.line_number, s.event_time, s.received_at, s.level, s.flags, s.line
            FROM (SELECT t.*, sum(octet_length(t.line)) OVER (ORDER BY \(sorting("t."))
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - octet_length(t.line) AS before
            FROM (SELECT r.* FROM records AS r WHERE \(condition.sql) ORDER BY \(sorting("r.")) LIMIT \(limit)) AS t) AS s
            WHERE s.before < \(RecordRows.byteLimit) ORDER BY \(sorting("s."))
            """, condition.values
        )
    }

    /// The columns' part of a filter between two places; by time, each side has one bound, which an index goes along.
    private func condition(_ filter: LogFilter, upTo end: RecordPosition?) -> RecordCondition {
        let isDescending = order == .newestFirst
        let (low, high) = isDescending ? (end, position) : (position, end)
        var plain = filter
        var places: [(comparison: String, place: RecordPosition)] = []
        if let low, order == .stored || low.timestamp >= filter.from?.nanoseconds ?? .min {
            if order != .stored { plain.from = nil }
            places.append((isDescending ? ">=" : ">", low))
        }
        if let high, order == .stored || high.timestamp < filter.to?.nanoseconds ?? .max {
            if order != .stored { plain.to = nil }
            places.append((isDescending ? "<" : "<=", high))
        }
        var condition = RecordCondition(plain)
        for (comparison, place) in places {
            let values: [PostgresValue] = [.integer(place.generation.number), .integer(place.offset)]
            if order == .stored {
                condition.add("(r.generation, r.byte_offset) \(comparison) (?, ?)", values)
            } else {
                condition.add(
                    "(r.event_time, r.generation, r.byte_offset) \(comparison) (?, ?, ?)",
                    [.integer(place.timestamp)] + values)
            }
        }
        return condition
    }

    /// The order's columns of a table that is named by a prefix.
    private func sorting(_ table: String) -> String {
        let way = order == .newestFirst ? "DESC" : "ASC"
        let columns = order == .stored ? ["generation", "byte_offset"] : ["event_time", "generation", "byte_offset"]
        return columns.map { "\(table)\($0) \(way)" }.joined(separator: ", ")
    }
}
