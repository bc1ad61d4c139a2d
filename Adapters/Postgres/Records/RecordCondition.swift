import LogModel
import LogQuery

/// SQL over `records AS r`, with the values of its parameters.
struct RecordCondition {
    private(set) var sql: String
    private(set) var values: [PostgresValue]

    /// The records of an app.
    init(of app: AppID) {
        sql = "r.app = (SELECT number FROM apps WHERE id = $1)"
        values = [.text(app.text)]
    }

    /// The part of a filter that columns decide.
    init(_ filter: LogFilter) {
        self.init(of: filter.app)
        if let from = filter.from { add("r.event_time >= ?", .integer(from.nanoseconds)) }
        if let to = filter.to { add("r.event_time < ?", .integer(to.nanoseconds)) }
        if let level = filter.level { add("r.level = ?", .integer(Int64(level.rawValue))) }
        if let lowest = filter.minLevel { add("r.level >= ?", .integer(Int64(lowest.rawValue))) }
        if let isReceipt = filter.timeIsReceipt {
            let flag = RecordFlags.timeOfReceipt.rawValue
            add("(r.flags & \(flag)) = \(isReceipt ? flag : 0)")
        }
    }

    /// Adds what must hold as well; each `?` is one of the values.
    mutating func add(_ condition: String, _ new: PostgresValue...) { add(condition, new) }

    /// Adds what must hold as well; each `?` is one of the values.
    mutating func add(_ condition: String, _ new: [PostgresValue]) {
        var text = ""
        var rest = new[...]
        for character in condition {
            guard character == "?", let value = rest.popFirst() else {
                text.append(character)
                continue
            }
            values.append(value)
            text += "$\(values.count)"
        }
        sql += " AND " + text
    }

    /// Adds a value that the caller's own SQL names, and gives its name.
    mutating func parameter(_ value: PostgresValue) -> String {
        values.append(value)
        return "$\(values.count)"
    }
}
