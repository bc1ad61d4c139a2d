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
    }

    mutating func add(_ condition: String, _ values: Int64...) {
        sql += " AND " + condition
        arguments += StatementArguments(values)
    }
}

/// A page of records as SQL.
struct RecordSelection {
    let sql: String
    let arguments: StatementArguments

    static let columns =
        "r.generation, r.offset, r.line_number, r.event_time, r.received_at, r.level, r.flags, r.line"

    init(_ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int) {
        var condition = ColumnCondition(filter)
        switch order {
        case .newestFirst, .oldestFirst:
            let isNewest = order == .newestFirst
            if let position {
                condition.add(
                    "(r.event_time, r.generation, r.offset) \(isNewest ? "<" : ">") (?, ?, ?)", position.timestamp,
                    position.generation.number, position.offset)
            }
            let way = isNewest ? "DESC" : "ASC"
            sql = """
                SELECT \(RecordSelection.columns) FROM records AS r WHERE \(condition.sql)
                ORDER BY r.event_time \(way), r.generation \(way), r.offset \(way) LIMIT ?
                """
            arguments = condition.arguments + [limit]
        case .stored:
            // Generation by generation of the app, so that other apps' records are never looked at.
            let generation = position?.generation.number ?? 0
            let offset = position?.offset ?? -1
            sql = """
                SELECT \(RecordSelection.columns) FROM cursors AS c CROSS JOIN records AS r
                WHERE c.app = ? AND c.generation >= ? AND r.generation = c.generation
                AND r.offset > CASE WHEN c.generation = ? THEN ? ELSE -1 END AND \(condition.sql)
                ORDER BY c.generation, r.offset LIMIT ?
                """
            arguments = [filter.app.text, generation, generation, offset] + condition.arguments + [limit]
        }
    }
}
