import LogMaintenance
import LogModel
import StoreSupport

/// How far followers are, and what they missed.
///
/// The key `{g, f}` of both collections is a generation and a follower; documents are compared member by member, so a
/// generation's followers lie side by side.
struct FollowerTable {
    private let client: MongoClient

    init(_ client: MongoClient) { self.client = client }

    /// The positions of a follower in those of some generations in which it ever was.
    func positions(of follower: FollowerName, in generations: [GenerationID]) throws -> [GenerationID: Int64] {
        let keys = generations.map { FollowerTable.id($0, follower) }
        let found = try client.all(.find(Collection.followers, ["_id": ["$in": .array(keys)]]))
        return Dictionary(
            uniqueKeysWithValues: try found.map { document in
                (GenerationID(try document.document("_id").number("g")), try document.number("position"))
            })
    }

    /// The positions of all followers in a generation.
    func positions(in generation: GenerationID) throws -> [FollowerName: Int64] {
        let found = try client.all(.find(Collection.followers, FollowerTable.all(of: generation)))
        return Dictionary(
            uniqueKeysWithValues: try found.map { document in
                (FollowerName(try document.document("_id").text("f")), try document.number("position"))
            })
    }

    /// Puts a follower where its moves end.
    func apply(_ moves: [FollowerMove], of follower: FollowerName) throws {
        try client.update(
            Collection.followers,
            moves.map { move in
                [
                    "q": ["_id": FollowerTable.id(move.generation, follower)],
                    "u": ["$set": ["position": .int64(move.to)]], "upsert": true,
                ]
            })
    }

    /// Adds what followers missed to what they missed before.
    func note(_ missed: [MissedRange]) throws {
        guard !missed.isEmpty else { return }
        let number = try client.mint(.misses, missed.count)
        try client.update(
            Collection.misses,
            missed.enumerated().map { index, range in
                [
                    "q": ["_id": FollowerTable.id(range.generation, range.follower)],
                    "u": [
                        "$min": ["lower": .int64(range.range.lower)], "$max": ["upper": .int64(range.range.upper)],
                        "$inc": ["records": .int64(range.records)],
                        "$setOnInsert": [
                            "follower": .string(range.follower.text), "number": .int64(number + Int64(index)),
                        ],
                    ],
                    "upsert": true,
                ]
            })
    }

    /// What a follower missed, the latest first.
    func missed(by follower: FollowerName, limit: Int) throws -> [MissedRange] {
        try client.all(
            .find(
                Collection.misses, ["follower": .string(follower.text)],
                ["sort": ["number": -1], "limit": BSONValue(limit)])
        ).map { document in
            try MissedRange(
                row: document, by: follower, of: GenerationID(try document.document("_id").number("g")))
        }
    }

    /// Forgets a generation.
    func remove(_ generation: GenerationID) throws {
        for collection in [Collection.followers, Collection.misses] {
            try client.remove(collection, FollowerTable.all(of: generation))
        }
    }

    private static func id(_ generation: GenerationID, _ follower: FollowerName) -> BSONValue {
        ["g": .int64(generation.number), "f": .string(follower.text)]
    }

    private static func all(of generation: GenerationID) -> BSONDocument {
        let key: BSONValue = .int64(generation.number)
        return ["_id": ["$gt": ["g": key], "$lt": ["g": key, "f": .maxKey]]]
    }
}
