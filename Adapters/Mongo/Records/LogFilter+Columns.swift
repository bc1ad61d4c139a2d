import LogModel
import LogQuery

// The part of a filter that members of records decide.

extension LogFilter {
    /// The levels that are wanted.
    var levelCondition: BSONDocument {
        var levels: BSONDocument = [:]
        if let level { levels.append("$eq", .int64(Int64(level.rawValue))) }
        if let minLevel { levels.append("$gte", .int64(Int64(minLevel.rawValue))) }
        return levels.members.isEmpty ? [:] : ["l": .document(levels)]
    }

    /// Times and levels, for records of any order.
    var columnCondition: BSONDocument {
        var times: BSONDocument = [:]
        if let from { times.append("$gte", .int64(from.nanoseconds)) }
        if let to { times.append("$lt", .int64(to.nanoseconds)) }
        return times.members.isEmpty ? levelCondition : ["t": .document(times)] + levelCondition
    }

    /// Whether columns decide anything beside the app.
    var hasColumnCondition: Bool { !columnCondition.members.isEmpty }
}
