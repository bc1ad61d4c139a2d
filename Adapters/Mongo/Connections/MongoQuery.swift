/// A find or an aggregation.
struct MongoQuery: Sendable {
    let collection: String
    /// The filter, or the pipeline as a document.
    let question: BSONDocument
    let isAggregate: Bool
    private let given: BSONDocument

    /// Documents that meet a filter; the options are those of the `find` command.
    static func find(_ collection: String, _ filter: BSONDocument, _ options: BSONDocument = [:]) -> MongoQuery {
        MongoQuery(collection: collection, question: filter, isAggregate: false, given: options)
    }

    /// What a pipeline makes of a collection.
    static func aggregate(
        _ collection: String, _ pipeline: [BSONDocument], _ options: BSONDocument = [:]
    ) -> MongoQuery {
        MongoQuery(
            collection: collection, question: ["pipeline": .array(pipeline.map(BSONValue.document))],
            isAggregate: true, given: options)
    }

    /// The options, with a limit of time by the server's clock, and batches as long as a page.
    func options(within limit: Duration) -> BSONDocument {
        let batch = given["limit"]?.number.map { ["batchSize": .int64(min($0, 1000))] as BSONDocument }
        return given + (batch ?? [:]) + ["maxTimeMS": .int64(milliseconds(limit))]
    }

    /// Whether nothing is asked for; to a server, a limit of 0 is none.
    var asksForNothing: Bool { given["limit"]?.number.map { $0 <= 0 } ?? false }
}

extension MongoClient {
    /// All documents that a query finds.
    func all(_ query: MongoQuery) throws -> [BSONDocument] {
        var found: [BSONDocument] = []
        try unsafe scan(query) { bytes in
            found.append(try unsafe BSONDocument(decoding: bytes))
            return true
        }
        return found
    }

    /// The first document that meets a filter.
    func first(
        _ collection: String, _ filter: BSONDocument, _ options: BSONDocument = [:]
    ) throws -> BSONDocument? {
        try all(.find(collection, filter, options + ["limit": 1])).first
    }

    /// Changes documents; each change is `{q, u, upsert, multi, …}` as the `update` command takes them, one after
    /// the other.
    /// - Returns: how many documents were met or made.
    @discardableResult
    func update(_ collection: String, _ changes: [BSONDocument], _ kind: MongoClient.Kind = .write) throws -> Int {
        guard !changes.isEmpty else { return 0 }
        let answer = try run(
            ["update": .string(collection), "updates": .array(changes.map(BSONValue.document))], kind)
        return Int(try answer.number("n"))
    }

    /// Changes one document.
    /// - Returns: whether it was there, or was made.
    @discardableResult
    func update(
        _ collection: String, _ filter: BSONDocument, _ change: BSONValue, upsert: Bool = false,
        _ kind: MongoClient.Kind = .write
    ) throws -> Bool {
        try update(collection, [["q": .document(filter), "u": change, "upsert": .boolean(upsert)]], kind) == 1
    }

    /// Removes documents, in a transaction.
    /// - Returns: how many.
    @discardableResult
    func remove(_ collection: String, _ filter: BSONDocument) throws -> Int { try remove(collection, [filter]) }

    /// Removes documents that meet one of some filters, in a transaction.
    /// - Returns: how many.
    @discardableResult
    func remove(_ collection: String, _ filters: [BSONDocument]) throws -> Int {
        guard !filters.isEmpty else { return 0 }
        let deletes = filters.map { ["q": .document($0), "limit": 0] as BSONValue }
        return Int(try run(["delete": .string(collection), "deletes": .array(deletes)]).number("n"))
    }

    /// The next `count` numbers of a series, of which the first is given; numbers are never given twice.
    ///
    /// Outside of transactions, where those of two processes would only get into each other's way.
    func mint(_ series: Series, _ count: Int) throws -> Int64 {
        let answer = try run(
            [
                "findAndModify": .string(Collection.series), "query": ["_id": .string(series.rawValue)],
                "update": ["$inc": ["last": BSONValue(count)]], "new": true, "upsert": true,
            ], .writeApart)
        return try answer.document("value").number("last") - Int64(count) + 1
    }
}
