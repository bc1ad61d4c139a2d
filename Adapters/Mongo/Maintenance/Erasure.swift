import LogMaintenance
import LogModel

/// One step of erasing deleted apps, inside one transaction.
///
/// An app that holds nothing any more is marked and never looked at again. Nothing can come in behind that: what hangs
/// something new on an app writes the app's document or one of its cursors, and these are written here as well.
struct Erasure {
    private let client: MongoClient
    private var budget: Int
    private var step = ErasureStep()

    init(_ client: MongoClient, limit: Int) {
        self.client = client
        budget = min(max(limit, 1), RetentionScan.rowLimit)
    }

    /// Removes what the limit allows.
    mutating func run() throws -> ErasureStep {
        while budget > 0 {
            guard let app = try nextApp() else {
                step.isDone = true
                break
            }
            try erase(app)
        }
        return step
    }

    private struct App {
        let id: BSONValue
        let number: Int64
    }

    private func nextApp() throws -> App? {
        try client.first(
            Collection.apps, ["is_active": false, "is_erased": nil],
            ["sort": ["_id": 1], "projection": ["number": 1], "hint": "apps_to_erase"]
        ).map { App(id: .string(try $0.text("_id")), number: try $0.number("number")) }
    }

    private mutating func erase(_ app: App) throws {
        while budget > 0, let generation = try nextGeneration(of: app) { try erase(generation) }
        let writers: BSONDocument = ["_id": ["$gt": ["app": app.id], "$lt": ["app": app.id, "writer": .maxKey]]]
        let number: BSONValue = .int64(app.number)
        let fields: BSONDocument = ["_id": ["$gt": ["a": number], "$lt": ["a": number, "p": .maxKey]]]
        try remove(Collection.writers, writers, order: ["_id": 1])
        try remove(Collection.fields, fields, order: ["_id": 1])
        guard budget > 0 else { return }
        try client.remove(Collection.totals, ["_id": number])
        try client.update(Collection.apps, ["_id": app.id], ["$set": ["is_erased": true]])
        budget -= 1
    }

    private func nextGeneration(of app: App) throws -> GenerationID? {
        try client.first(Collection.cursors, ["app": app.id], ["sort": ["_id": 1], "projection": ["_id": 1]])
            .map { GenerationID(try $0.number("_id")) }
    }

    private mutating func erase(_ generation: GenerationID) throws {
        try eraseRecords(of: generation)
        let id: BSONValue = .int64(generation.number)
        step.rejects += try remove(Collection.rejects, ["generation": id], order: ["lower": 1])
        guard budget > 0 else { return }
        try client.removeCompanions(of: generation)
        step.cursors += Int64(try client.remove(Collection.cursors, ["_id": id]))
        budget -= 1
    }

    private mutating func eraseRecords(of generation: GenerationID) throws {
        var offset: Int64 = 0
        while budget > 0 {
            let most = min(budget, RetentionScan.sliceRows)
            let records = try client.agedRecords(of: generation, from: offset, limit: most)
            guard let first = records.first, let last = records.last else { return }
            let range = StoredSlices.range(of: generation, from: first.offset, to: last.offset)
            let removed = try client.remove(Collection.records, range)
            guard removed == records.count else {
                throw MongoError(.call, "records changed within a transaction", isTransient: true)
            }
            step.records += Int64(removed)
            step.bytes += records.reduce(0) { $0 + $1.bytes }
            budget -= removed
            guard removed == most else { return }
            offset = last.offset + 1
        }
    }

    /// Removes as many documents that meet a filter as the limit allows.
    /// - Returns: how many.
    @discardableResult
    private mutating func remove(
        _ collection: String, _ filter: BSONDocument, order: BSONDocument
    ) throws -> Int64 {
        let found = try client.all(
            .find(
                collection, filter,
                ["sort": .document(order), "limit": BSONValue(budget), "projection": ["_id": 1]]))
        guard !found.isEmpty else { return 0 }
        let removed = try client.remove(collection, ["_id": ["$in": .array(found.compactMap { $0["_id"] })]])
        budget -= removed
        return Int64(removed)
    }
}

extension MongoClient {
    /// Removes what hangs on a cursor, records and rejects left out.
    func removeCompanions(of generation: GenerationID) throws {
        try FollowerTable(self).remove(generation)
        try remove(Collection.history, ["_id": .int64(generation.number)])
    }
}
