public import LogModel
public import LogQuery
import StoreSupport

/// Reads records from MongoDB; each call is a few queries, whose cursors end with it.
extension MongoStore: RecordReader {
    /// The same records; at ``ReadingPace/short`` one call looks at fewer.
    public func reading(_ pace: ReadingPace) -> any RecordReader {
        var reader = self
        if pace == .short { reader.scanLimit = min(scanLimit, RecordRows.shortScanLimit) }
        return reader
    }

    /// Rows behind a position in the order asked for.
    public func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows {
        try await readRecords { client in
            var rows =
                switch order {
                case .newestFirst, .oldestFirst:
                    try client.rows(
                        filter, isAscending: order == .oldestFirst, after: position, limit: limit, scanLimit: scanLimit)
                case .stored:
                    try StoredSelection(client, filter, scanLimit: scanLimit).rows(after: position, limit: limit)
                }
            try client.name(&rows)
            return rows
        }
    }

    /// Rows of one generation from an offset on.
    public func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows {
        try await readRecords { client in
            var rows = RecordRows()
            let stretch: BSONValue = [
                "$gte": RecordPlace.id(generation, offset), "$lte": RecordPlace.id(generation, .max),
            ]
            var sifting = Sifting(limit: limit)
            try client.append(
                .find(Collection.records, ["_id": stretch], ["sort": ["_id": 1], "limit": BSONValue(limit)]),
                to: &rows, &sifting)
            try client.name(&rows)
            return rows
        }
    }

    /// How many records there are.
    public func count(_ filter: LogFilter) async throws(StoreError) -> Int64 {
        try await readRecords { client in
            guard let app = try client.appNumber(filter.app) else { return 0 }
            return try client.count(["a": .int64(app)] + filter.columnCondition, hint: .string(Schema.recordsByTime))
        }
    }

    /// How many records of one generation are stored.
    public func count(of generation: GenerationID) async throws(StoreError) -> Int64 {
        try await readRecords { client in
            let stretch: BSONValue = [
                "$gte": RecordPlace.id(generation, 0), "$lte": RecordPlace.id(generation, .max),
            ]
            return try client.count(["_id": stretch], hint: ["_id": 1])
        }
    }

    /// How many records of each level there are in each interval.
    public func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar] {
        try await readRecords { client in
            guard limit > 0, let app = try client.appNumber(filter.app) else { return [] }
            let condition = ["a": .int64(app)] + filter.columnCondition
            let bars = try client.all(.histogram(condition, interval: interval, limit: limit))
            return try bars.map(bar(from:))
        }
    }
}

private func bar(from document: BSONDocument) throws -> HistogramBar {
    var counts: [Level: Int64] = [:]
    for entry in try document.documents("levels") {
        let level = Level(rawValue: UInt8(truncatingIfNeeded: try entry.number("level"))) ?? .unknown
        counts[level] = try entry.number("count")
    }
    return HistogramBar(from: try document.time("_id"), counts: counts)
}

extension MongoQuery {
    /// Counts records by an index.
    ///
    /// The `count` command would count what other transactions have not committed.
    static func counting(_ condition: BSONDocument, hint: BSONValue) -> MongoQuery {
        .aggregate(Collection.records, [["$match": .document(condition)], ["$count": "count"]], ["hint": hint])
    }

    /// Counts an app's records by interval and level, from the index alone.
    static func histogram(_ condition: BSONDocument, interval: Duration, limit: Int) -> MongoQuery {
        let start: BSONValue = ["$subtract": ["$t", ["$mod": ["$t", .int64(interval.wholeNanoseconds)]]]]
        return .aggregate(
            Collection.records,
            [
                ["$match": .document(condition)],
                ["$group": ["_id": ["start": start, "level": "$l"], "count": ["$sum": 1]]],
                ["$group": ["_id": "$_id.start", "levels": ["$push": ["level": "$_id.level", "count": "$count"]]]],
                ["$sort": ["_id": 1]], ["$limit": BSONValue(limit)],
            ], ["hint": .string(Schema.recordsByTime), "allowDiskUse": true])
    }
}

extension MongoClient {
    fileprivate func count(_ condition: BSONDocument, hint: BSONValue) throws -> Int64 {
        try all(.counting(condition, hint: hint)).first?.number("count") ?? 0
    }

    /// A page by event time.
    ///
    /// A level that few records have would make one query look at all of them. So the place behind which a page does
    /// not look is found first, from the index alone, and the page goes on behind it piece by piece.
    fileprivate func rows(
        _ filter: LogFilter, isAscending: Bool, after position: RecordPosition?, limit: Int, scanLimit: Int
    ) throws -> RecordRows {
        var rows = RecordRows()
        guard let app = try appNumber(filter.app) else { return rows }
        var sifting = Sifting(filter, limit: limit, scanLimit: scanLimit)
        var position = position
        for size in ScanPieces(limit: limit, scanLimit: scanLimit) {
            func selection(upTo end: RecordPosition?) -> TimeSelection {
                TimeSelection(filter, app: app, isAscending: isAscending, after: position, upTo: end)
            }
            guard !selection(upTo: nil).isEmpty else { return rows }
            let end = filter.isSparse ? try place(selection(upTo: nil).place(after: size)) : nil
            for stretch in selection(upTo: end).stretches(limit: sifting.reach(having: rows.count))
            where rows.cut == nil && rows.count < limit {
                try append(stretch, to: &rows, &sifting)
            }
            guard rows.cut == nil, rows.count < limit, let end else { return rows }
            position = end
        }
        rows.cut = position
        return rows
    }

    private func place(_ query: MongoQuery) throws -> RecordPosition? {
        try all(query).first.map { document in
            let id = try document.document("_id")
            return RecordPosition(
                timestamp: try document.number("t"), generation: GenerationID(try id.number("g")),
                offset: try id.number("o"))
        }
    }
}
