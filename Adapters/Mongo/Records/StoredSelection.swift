import LogModel
import LogQuery
import StoreSupport

/// Reads an app's records object by object.
///
/// The key of records is (generation, offset) and says nothing of apps. So the app's generations are looked up first,
/// some at a time, and their stretches of the key are what is read: other apps' records are never looked at.
struct StoredSelection {
    private let client: MongoClient
    private let filter: LogFilter
    private let scanLimit: Int
    private let chunk: Int
    private let rounds: Int

    /// - Parameters:
    ///   - client: a connection.
    ///   - filter: which records.
    ///   - scanLimit: how many records are looked at.
    ///   - chunk: how many generations one query names.
    ///   - rounds: how many such queries are made.
    init(_ client: MongoClient, _ filter: LogFilter, scanLimit: Int, chunk: Int = 64, rounds: Int = 32) {
        self.client = client
        self.filter = filter
        self.scanLimit = scanLimit
        self.chunk = chunk
        self.rounds = rounds
    }

    /// Up to `limit` rows behind a position.
    func rows(after position: RecordPosition?, limit: Int) throws -> RecordRows {
        var rows = RecordRows()
        var budget = scanLimit
        var sifting = Sifting(filter, limit: limit, scanLimit: scanLimit)
        var place = position
        for _ in 0..<rounds {
            let generations = try generations(after: place)
            guard let last = generations.last else { return rows }
            let end = filter.hasColumnCondition ? try window(generations, after: place, &budget) : nil
            let page = page(generations, after: place, upTo: end, limit: sifting.reach(having: rows.count))
            try client.append(page, to: &rows, &sifting)
            if rows.cut != nil || rows.count >= limit { return rows }
            if let end {
                rows.cut = end
                return rows
            }
            guard generations.count == chunk else { return rows }
            place = RecordPosition(timestamp: 0, generation: last, offset: .max)
        }
        // Many objects hold nothing that is wanted.
        rows.cut = place
        return rows
    }

    /// Up to `limit` records of generations.
    func page(
        _ generations: [GenerationID], after position: RecordPosition?, upTo end: RecordPosition?, limit: Int
    ) -> MongoQuery {
        .find(
            Collection.records, stretches(generations, after: position, upTo: end) + filter.columnCondition,
            ["sort": ["_id": 1], "hint": ["_id": 1], "limit": BSONValue(limit)])
    }

    /// The app's next generations, the one of the position included.
    private func generations(after position: RecordPosition?) throws -> [GenerationID] {
        // Nothing is behind the end of a generation, so it is not asked for again.
        let bound: BSONValue =
            position?.offset == .max
            ? ["$gt": .int64(position?.generation.number ?? 0)] : ["$gte": .int64(position?.generation.number ?? 0)]
        return try client.all(
            .find(
                Collection.cursors, ["app": .string(filter.app.text), "_id": bound],
                ["sort": ["_id": 1], "limit": BSONValue(chunk), "projection": ["_id": 1]])
        ).map { GenerationID(try $0.number("_id")) }
    }

    /// The record with which as many were looked at as may be; `nil` when there are fewer, and they are paid for.
    private func window(
        _ generations: [GenerationID], after position: RecordPosition?, _ budget: inout Int
    ) throws -> RecordPosition? {
        let looked = try client.all(
            .aggregate(
                Collection.records,
                [
                    ["$match": .document(stretches(generations, after: position, upTo: nil))],
                    ["$sort": ["_id": 1]], ["$limit": BSONValue(budget)],
                    ["$group": ["_id": nil, "count": ["$sum": 1], "last": ["$last": "$_id"]]],
                ], ["hint": ["_id": 1]])
        ).first
        guard let looked else { return nil }
        budget -= Int(try looked.number("count"))
        guard budget <= 0 else { return nil }
        let last = try looked.document("last")
        return RecordPosition(
            timestamp: 0, generation: GenerationID(try last.number("g")), offset: try last.number("o"))
    }

    /// The stretches of the key that belong to generations.
    private func stretches(
        _ generations: [GenerationID], after position: RecordPosition?, upTo end: RecordPosition?
    ) -> BSONDocument {
        let alternatives = generations.filter { $0 <= end?.generation ?? $0 }.map { generation in
            let first =
                generation == position?.generation
                ? RecordPlace.id(generation, position?.offset ?? -1) : RecordPlace.id(generation, -1)
            let last = generation == end?.generation ? end?.offset ?? .max : .max
            return ["_id": ["$gt": first, "$lte": RecordPlace.id(generation, last)]] as BSONValue
        }
        return ["$or": .array(alternatives)]
    }
}
