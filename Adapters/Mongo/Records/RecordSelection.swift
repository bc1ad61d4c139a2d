import LogModel
import LogQuery

/// Queries for pages of an app's records by event time.
///
/// A page is one stretch of the index (app, time, key, level), given by its two ends: comparing all three at once is
/// nothing that a filter can say so that each order stays one walk along the index.
struct TimeSelection {
    private let app: Int64
    private let filter: LogFilter
    private let isAscending: Bool
    private let lower: Bound
    private let upper: Bound

    /// - Parameters:
    ///   - filter: which records.
    ///   - app: what stands for its app.
    ///   - isAscending: whether the earliest come first.
    ///   - position: behind which they come.
    ///   - end: behind which no more are looked at.
    init(
        _ filter: LogFilter, app: Int64, isAscending: Bool, after position: RecordPosition?,
        upTo end: RecordPosition?
    ) {
        self.app = app
        self.filter = filter
        self.isAscending = isAscending
        let before = Bound(time: filter.to?.nanoseconds ?? .max, key: .min, isAfter: false)
        let from = Bound(time: filter.from?.nanoseconds ?? .min, key: .min, isAfter: false)
        // The lower end is in and the upper one out, whichever comes first.
        if isAscending {
            lower = max(from, position.map { Bound($0, isAfter: true) } ?? from)
            upper = min(before, end.map { Bound($0, isAfter: true) } ?? before)
        } else {
            upper = min(before, position.map { Bound($0, isAfter: false) } ?? before)
            lower = max(from, end.map { Bound($0, isAfter: false) } ?? from)
        }
    }

    /// Whether no record can be meant.
    var isEmpty: Bool { lower >= upper }

    /// Up to `limit` records.
    func page(limit: Int) -> MongoQuery {
        .find(Collection.records, filter.levelCondition, stretch + ["limit": BSONValue(limit)])
    }

    /// The key and the time of the `rows`-th record, whatever its level, from the index alone.
    func place(after rows: Int) -> MongoQuery {
        .find(
            Collection.records, [:],
            stretch + ["skip": BSONValue(rows - 1), "limit": 1, "projection": ["_id": 1, "t": 1]])
    }

    private var stretch: BSONDocument {
        let way: BSONValue = isAscending ? 1 : -1
        return [
            "hint": .string(Schema.recordsByTime), "min": lower.key(app), "max": upper.key(app),
            "sort": ["a": way, "t": way, "_id": way, "l": way],
        ]
    }
}

/// A place between two keys of the index by time.
private struct Bound: Comparable {
    struct Key: Comparable {
        let generation: Int64
        let offset: Int64

        static let min = Key(generation: .min, offset: .min)

        static func < (left: Key, right: Key) -> Bool {
            (left.generation, left.offset) < (right.generation, right.offset)
        }
    }

    let time: Int64
    let key: Key
    let isAfter: Bool

    init(time: Int64, key: Key, isAfter: Bool) {
        self.time = time
        self.key = key
        self.isAfter = isAfter
    }

    init(_ position: RecordPosition, isAfter: Bool) {
        time = position.timestamp
        key = Key(generation: position.generation.number, offset: position.offset)
        self.isAfter = isAfter
    }

    /// As the index has it: what is behind a record is behind all levels that its key could go with.
    func key(_ app: Int64) -> BSONValue {
        [
            "a": .int64(app), "t": .int64(time), "_id": ["g": .int64(key.generation), "o": .int64(key.offset)],
            "l": isAfter ? .maxKey : .minKey,
        ]
    }

    static func < (left: Bound, right: Bound) -> Bool {
        (left.time, left.key, left.isAfter ? 1 : 0) < (right.time, right.key, right.isAfter ? 1 : 0)
    }
}

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
