import LogModel
import LogQuery

/// Queries for an app's records by event time, between two places of the index (app, time, key, level).
///
/// A page is read in stretches, each of which is one walk along the index that leaves out other levels without looking
/// at their documents: records of the first time, of the times between, and of the last time.
struct TimeSelection {
    private let app: Int64
    private let filter: LogFilter
    private let isAscending: Bool
    private let lower: TimeBound
    private let upper: TimeBound

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
        let from = TimeBound(startOf: filter.from?.nanoseconds ?? .min)
        let to = TimeBound(startOf: filter.to?.nanoseconds ?? .max)
        let (low, high) = isAscending ? (position, end) : (end, position)
        // The lower place is behind what was read, or in front of the last to be read; and the other way round.
        lower = max(from, low.map { TimeBound($0, isBehind: isAscending) } ?? from)
        upper = min(to, high.map { TimeBound($0, isBehind: isAscending) } ?? to)
    }

    /// Whether no record can be meant.
    var isEmpty: Bool { lower >= upper }

    /// The records, in stretches to be read one after the other until there are `limit`.
    func stretches(limit: Int) -> [MongoQuery] {
        let way: BSONValue = isAscending ? 1 : -1
        let ascending = conditions.map { condition in
            MongoQuery.find(
                Collection.records, ["a": .int64(app)] + condition + filter.levelCondition,
                ["hint": .string(Schema.recordsByTime), "sort": ["t": way, "_id": way], "limit": BSONValue(limit)])
        }
        return isAscending ? ascending : ascending.reversed()
    }

    /// The key and the time of the `rows`-th record, whatever its level, from the index alone.
    func place(after rows: Int) -> MongoQuery {
        let way: BSONValue = isAscending ? 1 : -1
        return .find(
            Collection.records, [:],
            [
                "hint": .string(Schema.recordsByTime), "min": lower.indexKey(app), "max": upper.indexKey(app),
                "sort": ["a": way, "t": way, "_id": way, "l": way], "skip": BSONValue(rows - 1), "limit": 1,
                "projection": ["_id": 1, "t": 1],
            ])
    }

    /// The stretches' conditions, the earliest first.
    private var conditions: [BSONDocument] {
        guard lower.time < upper.time else {
            return [["t": .int64(lower.time), "_id": .document(lower.keysAbove + upper.keysBelow)]]
        }
        let first: [BSONDocument] =
            lower.key == nil ? [] : [["t": .int64(lower.time), "_id": .document(lower.keysAbove)]]
        let between: BSONValue = [
            lower.key == nil ? "$gte" : "$gt": .int64(lower.time), "$lt": .int64(upper.time),
        ]
        let last: [BSONDocument] =
            upper.key == nil ? [] : [["t": .int64(upper.time), "_id": .document(upper.keysBelow)]]
        return first + [["t": between]] + last
    }
}

/// A place between two entries of the index by time.
private struct TimeBound: Comparable {
    struct Key: Equatable {
        let generation: GenerationID
        let offset: Int64
    }

    let time: Int64
    /// The record in front of which or behind which it is; `nil` in front of all records of the time.
    let key: Key?
    let isBehind: Bool

    init(startOf time: Int64) {
        self.time = time
        key = nil
        isBehind = false
    }

    init(_ position: RecordPosition, isBehind: Bool) {
        time = position.timestamp
        key = Key(generation: position.generation, offset: position.offset)
        self.isBehind = isBehind
    }

    /// What the keys of records above it meet.
    var keysAbove: BSONDocument { keyID.map { [isBehind ? "$gt" : "$gte": $0] } ?? [:] }
    /// What the keys of records below it meet.
    var keysBelow: BSONDocument { keyID.map { [isBehind ? "$lte" : "$lt": $0] } ?? [:] }

    private var keyID: BSONValue? { key.map { RecordPlace.id($0.generation, $0.offset) } }

    /// As an entry of the index: what is behind a record is behind all levels that its key could go with.
    func indexKey(_ app: Int64) -> BSONValue {
        [
            "a": .int64(app), "t": .int64(time), "_id": keyID ?? .minKey, "l": isBehind ? .maxKey : .minKey,
        ]
    }

    static func < (left: TimeBound, right: TimeBound) -> Bool {
        left.order < right.order
    }

    private var order: (Int64, Int64, Int64, Int) {
        (time, key?.generation.number ?? .min, key?.offset ?? .min, isBehind ? 1 : 0)
    }
}
