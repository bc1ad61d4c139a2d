import LogMaintenance
import LogModel
import StoreSupport

/// The fields of one app inside a transaction.
///
/// The key `{a, p}` is the number of the app and the path. Paths are values, never names of members, which may not hold
/// all that a path may. They are strings, since the server compares those byte by byte, and binary data by length first.
struct FieldTable {
    private let client: MongoClient
    private let app: Int64

    /// How many paths are named in one statement: with 512 bytes each a small part of what a message may hold.
    private static let sliceFields = 2000

    /// - Parameters:
    ///   - client: a connection.
    ///   - app: what stands for the app.
    init(_ client: MongoClient, app: Int64) {
        self.client = client
        self.app = app
    }

    /// Adds fields in their order, new ones while the app has fewer than `pathLimit`, and `overflow` sightings that had
    /// no room before.
    func add(_ fields: [FieldEntry], overflow: Int64, pathLimit: Int) throws {
        let totals = try client.first(Collection.totals, ["_id": .int64(app)])
        var room = Int64(pathLimit) - (try totals?.number("paths") ?? 0)
        var (added, lost) = (Int64(0), overflow)
        for start in stride(from: 0, to: fields.count, by: FieldTable.sliceFields) {
            let slice = fields[start..<min(start + FieldTable.sliceFields, fields.count)]
            let known = try knownPaths(slice)
            var changes: [BSONDocument] = []
            var fresh: [BSONDocument] = []
            for field in slice {
                if known.contains(Array(field.path.utf8)) {
                    changes.append(change(field))
                } else if room > 0 {
                    fresh.append(["_id": id(field.path)] + members(field))
                    room -= 1
                } else {
                    lost += field.count
                }
            }
            try client.update(Collection.fields, changes)
            try client.insert(fresh, into: Collection.fields)
            added += Int64(fresh.count)
        }
        guard added > 0 || lost > 0 else { return }
        try client.update(
            Collection.totals, ["_id": .int64(app)],
            ["$inc": ["paths": .int64(added), "overflow": .int64(lost)]], upsert: true)
    }

    /// A page of fields in the order of their paths' bytes.
    func fields(after last: String?, limit: Int) throws -> [FieldEntry] {
        let lower = last.map(id) ?? ["a": .int64(app)]
        return try client.all(
            .find(
                Collection.fields, ["_id": ["$gt": lower, "$lt": ["a": .int64(app), "p": .maxKey]]],
                ["sort": ["_id": 1], "hint": ["_id": 1], "limit": BSONValue(limit)])
        ).map { document in
            try FieldEntry(row: document, path: document.document("_id").text("p"))
        }
    }

    /// How many sightings had no room.
    func overflow() throws -> Int64 {
        try client.first(Collection.totals, ["_id": .int64(app)])?.number("overflow") ?? 0
    }

    /// Which of some paths the app has; as bytes, since strings that look alike are equal and paths are not.
    private func knownPaths(_ fields: ArraySlice<FieldEntry>) throws -> Set<[UInt8]> {
        let found = try client.all(
            .find(
                Collection.fields, ["_id": ["$in": .array(fields.map { id($0.path) })]], ["projection": ["_id": 1]]))
        return Set(try found.map { Array(try $0.document("_id").text("p").utf8) })
    }

    private func change(_ field: FieldEntry) -> BSONDocument {
        [
            "q": ["_id": id(field.path)],
            "u": [
                "$bit": ["types": ["or": .int64(Int64(field.types.rawValue))]], "$inc": ["count": .int64(field.count)],
                "$min": ["first_seen": .int64(field.firstSeen.nanoseconds)],
                "$max": ["last_seen": .int64(field.lastSeen.nanoseconds)],
            ],
        ]
    }

    private func members(_ field: FieldEntry) -> BSONDocument {
        [
            "types": .int64(Int64(field.types.rawValue)), "count": .int64(field.count),
            "first_seen": .int64(field.firstSeen.nanoseconds), "last_seen": .int64(field.lastSeen.nanoseconds),
        ]
    }

    private func id(_ path: String) -> BSONValue { ["a": .int64(app), "p": .string(path)] }
}
