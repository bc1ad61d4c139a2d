public import LogIngestion
public import LogModel
import StoreSupport

extension MongoStore: RejectReader {
    /// A page of rejects.
    public func rejects(
        of app: AppID?, after last: Int64?, limit: Int
    ) async throws(StoreError) -> [StoredReject] {
        try await read { client in
            var filter: BSONDocument = ["_id": ["$gt": .int64(last ?? 0)]]
            if let app { filter.append("app", .string(app.text)) }
            return try client.rejects(filter, ["sort": ["_id": 1], "limit": BSONValue(limit)])
        }
    }

    /// The rejects of one generation for one reason.
    public func rejects(
        of generation: GenerationID, because reason: RejectReason
    ) async throws(StoreError) -> [StoredReject] {
        try await read { client in
            try client.rejects(
                ["generation": .int64(generation.number), "reason": .string(reason.rawValue)], ["sort": ["lower": 1]])
        }
    }

    /// The reject of a number.
    public func reject(_ number: Int64) async throws(StoreError) -> StoredReject? {
        try await read { try $0.rejects(["_id": .int64(number)], [:]).first }
    }
}

extension MongoClient {
    /// Rejects together with the objects that they are of.
    fileprivate func rejects(_ filter: BSONDocument, _ options: BSONDocument) throws -> [StoredReject] {
        let found = try all(.find(Collection.rejects, filter, options))
        let generations = Set(try found.map { try $0.number("generation") })
        let cursors = try all(
            .find(
                Collection.cursors, ["_id": ["$in": .array(generations.map(BSONValue.int64))]],
                ["projection": ["source": 1, "object": 1]]))
        var places: [Int64: (SourceID, ObjectKey)] = [:]
        for cursor in cursors {
            places[try cursor.number("_id")] = (
                SourceID(try cursor.text("source")), ObjectKey(try cursor.text("object"))
            )
        }
        return try found.map { document in
            guard let place = places[try document.number("generation")] else {
                throw MalformedDocument(member: "generation")
            }
            return try StoredReject(row: document, key: "_id", in: place)
        }
    }
}
