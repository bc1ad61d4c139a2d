import LogMaintenance
import LogModel
import StoreSupport

/// A record as retention looks at it.
struct AgedRecord {
    let offset: Int64
    let receivedAt: Timestamp
    /// The length of its line.
    let bytes: Int64
}

/// Queries of retention, all of them along the key of records.
enum StoredSlices {
    /// Up to `limit` records of a generation from an offset on.
    ///
    /// Lines stay where they are: the server says how long they are.
    static func records(of generation: GenerationID, from offset: Int64, limit: Int) -> MongoQuery {
        .find(
            Collection.records, range(of: generation, from: offset, to: .max),
            [
                "sort": ["_id": 1], "hint": ["_id": 1], "limit": BSONValue(limit),
                "projection": ["_id": 1, "r": 1, "bytes": ["$binarySize": "$b"]],
            ])
    }

    /// The first record of each of some generations, in one round trip; no transaction allows it.
    static func firstRecords(of generations: [GenerationID]) -> MongoQuery {
        let pipelines = generations.map { generation -> [BSONDocument] in
            [
                ["$match": .document(range(of: generation, from: 0, to: .max))], ["$sort": ["_id": 1]], ["$limit": 1],
                ["$project": ["_id": 1, "r": 1]],
            ]
        }
        let others = pipelines.dropFirst().map { pipeline -> BSONDocument in
            [
                "$unionWith": [
                    "coll": .string(Collection.records), "pipeline": .array(pipeline.map(BSONValue.document)),
                ]
            ]
        }
        return .aggregate(Collection.records, (pipelines.first ?? []) + others)
    }

    /// The records of a generation from one offset to another, both included.
    static func range(of generation: GenerationID, from first: Int64, to last: Int64) -> BSONDocument {
        ["_id": ["$gte": RecordPlace.id(generation, first), "$lte": RecordPlace.id(generation, last)]]
    }
}

extension MongoClient {
    /// The records that ``StoredSlices/records(of:from:limit:)`` finds.
    func agedRecords(of generation: GenerationID, from offset: Int64, limit: Int) throws -> [AgedRecord] {
        try all(StoredSlices.records(of: generation, from: offset, limit: limit)).map { document in
            AgedRecord(
                offset: try document.document("_id").number("o"), receivedAt: try document.time("r"),
                bytes: try document.number("bytes"))
        }
    }

    /// When the first record of each of some generations was received; generations without one are left out.
    func firstReceipts(of generations: [GenerationID]) throws -> [GenerationID: Timestamp] {
        guard !generations.isEmpty else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: try all(StoredSlices.firstRecords(of: generations)).map { document in
                (GenerationID(try document.document("_id").number("g")), try document.time("r"))
            })
    }
}
