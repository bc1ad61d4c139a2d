import LogModel
import LogQuery

// The part of a filter that members of records decide.

extension LogFilter {
    /// The levels and flags that are wanted.
    var levelCondition: BSONDocument {
        var levels: BSONDocument = [:]
        if let level { levels.append("$eq", .int64(Int64(level.rawValue))) }
        if let minLevel { levels.append("$gte", .int64(Int64(minLevel.rawValue))) }
        var condition: BSONDocument = levels.members.isEmpty ? [:] : ["l": .document(levels)]
        if let timeIsReceipt {
            let flag = BSONValue.int32(Int32(RecordFlags.timeOfReceipt.rawValue))
            condition.append("f", timeIsReceipt ? ["$bitsAllSet": flag] : ["$bitsAllClear": flag])
        }
        return condition
    }

    /// Times, levels and flags, for records of any order.
    var columnCondition: BSONDocument {
        var times: BSONDocument = [:]
        if let from { times.append("$gte", .int64(from.nanoseconds)) }
        if let to { times.append("$lt", .int64(to.nanoseconds)) }
        return times.members.isEmpty ? levelCondition : ["t": .document(times)] + levelCondition
    }

    /// Whether columns decide anything beside the app.
    var hasColumnCondition: Bool { !columnCondition.members.isEmpty }
}
