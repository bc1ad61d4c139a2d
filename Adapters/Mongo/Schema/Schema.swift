/// Names of the collections.
enum Collection {
    static let apps = "apps"
    static let tokens = "client_tokens"
    static let grants = "app_grants"
    static let enrolled = "enrolled_tokens"
    static let prefixes = "file_prefixes"
    static let cursors = "cursors"
    static let history = "cursor_history"
    static let writers = "writers"
    static let records = "records"
    static let rejects = "rejects"
    static let locks = "locks"
    static let runs = "runs"
    static let series = "series"
    static let followers = "followers"
    static let misses = "follower_misses"
    static let fields = "fields"
    static let totals = "field_totals"
    static let schema = "schema"

    static let all = [
        apps, tokens, grants, enrolled, prefixes, cursors, history, writers, records, rejects, locks, runs, series,
        followers, misses, fields, totals, schema,
    ]
}

/// Series of numbers that are never given twice.
enum Series: String, Sendable {
    /// Numbers that stand for apps in records, where 30 bytes of id each would weigh.
    case apps
    case generations
    case rejects
    /// The order in which followers first missed something of a generation.
    case misses
}

/// The collections, their indexes, and the version of both.
///
/// Times are nanoseconds since the epoch, UTC. What a release adds is a new version: making what is there already
/// changes nothing, so processes that start at the same moment do no harm.
enum Schema {
    static let version: Int64 = 3

    /// Brings the database up to date.
    /// - Parameters:
    ///   - client: a client of the database.
    ///   - place: the store as messages name it.
    ///   - makes: whether a database without a store gets one, and a store of an earlier release the schema of this one.
    /// - Throws: ``MongoOpenError`` `newerVersion`, `olderVersion` and `noStore`, or what the server says.
    static func prepare(_ client: MongoClient, _ place: String, makes: Bool = true) throws {
        let kept = try client.first(Collection.schema, ["_id": "schema"])
        let known = try kept?.number("version") ?? 0
        guard known <= version else { throw MongoOpenError.newerVersion(place: place) }
        if !makes, known == 0 { throw MongoOpenError.noStore(place: place) }
        guard known < version else { return }
        if !makes { throw MongoOpenError.olderVersion(place: place) }
        let present = Set(
            try client.run(["listCollections": 1, "nameOnly": true, "cursor": ["batchSize": 1000]])
                .document("cursor").documents("firstBatch").map { try $0.text("name") })
        for name in Collection.all where !present.contains(name) { try make(name, client) }
        for (collection, indexes) in self.indexes {
            try client.run([
                "createIndexes": .string(collection), "indexes": .array(indexes.map(BSONValue.document)),
                "writeConcern": ["w": "majority"],
            ])
        }
        try client.run(
            [
                "findAndModify": .string(Collection.schema), "query": ["_id": "schema"],
                "update": ["$max": ["version": .int64(version)]], "upsert": true,
            ], .write)
    }

    private static func make(_ collection: String, _ client: MongoClient) throws {
        do {
            try client.run(["create": .string(collection), "writeConcern": ["w": "majority"]])
        } catch let error as MongoError where error.fault == .server(code: namespaceExists) {
            // Another process was faster.
        }
    }

    private static let namespaceExists = 48

    /// The index that paging by time goes along; `l` ends it so that counts and histograms need no document.
    static let recordsByTime = "records_by_time"

    private static let indexes: [(String, [BSONDocument])] = [
        (
            Collection.apps,
            [
                index("apps_by_name", ["name": 1], unique: true, where: ["is_active": true]),
                index("apps_to_erase", ["is_active": 1, "is_erased": 1, "_id": 1]),
            ]
        ),
        (
            Collection.tokens,
            [
                index("client_tokens_by_app", ["app": 1, "_id": 1]),
                index("client_tokens_owed", ["revoked_at": 1, "_id": 1], where: ["is_owed": true]),
                index("client_tokens_sealed", ["created_at": 1], where: ["seal": ["$exists": true]]),
            ]
        ),
        (Collection.prefixes, [index("file_prefixes_by_instance", ["token": 1, "instance": 1], unique: true)]),
        (
            Collection.cursors,
            [
                index(
                    "cursors_latest", ["source": 1, "object": 1], unique: true, where: ["is_latest": true]),
                index("cursors_ended", ["source": 1, "object": 1], where: ["is_latest": false]),
                index("cursors_by_app", ["app": 1, "_id": 1]),
            ]
        ),
        (Collection.records, [index(recordsByTime, ["a": 1, "t": 1, "_id": 1, "l": 1])]),
        (
            Collection.rejects,
            [
                index("rejects_by_place", ["generation": 1, "lower": 1], unique: true),
                index("rejects_by_end", ["generation": 1, "upper": 1]),
                index("rejects_by_app", ["app": 1, "_id": 1]),
                index("rejects_by_receipt", ["generation": 1, "received_at": 1, "_id": 1]),
            ]
        ),
        (
            Collection.runs,
            [
                index("runs_by_kind", ["kind": 1, "_id": 1]),
                index("runs_going_on", ["kind": 1, "state": 1], where: ["state": "running"]),
                index("runs_by_end", ["finished_at": 1]),
            ]
        ),
        (Collection.misses, [index("follower_misses_latest", ["follower": 1, "number": 1])]),
    ]

    private static func index(
        _ name: String, _ key: BSONDocument, unique: Bool = false, where condition: BSONDocument? = nil
    ) -> BSONDocument {
        var index: BSONDocument = ["key": .document(key), "name": .string(name)]
        if unique { index.append("unique", true) }
        if let condition { index.append("partialFilterExpression", .document(condition)) }
        return index
    }
}
