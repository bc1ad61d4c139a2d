import AppRegistry
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

/// How old the things are that retention is tried on.
enum Ages {
    /// What was received before goes.
    static let end = Timestamp.sample
    /// Older than what waits for followers.
    static let old = end.advanced(by: .seconds(-86_400 * 30))
}

/// What lets go what is older than ``Ages/end``, and waits a day for followers.
func expiry(of app: AppID, followers: [FollowerName] = []) -> RetentionPlan {
    RetentionPlan(standard: nil, apps: [app: Ages.end], followers: followers, patience: .seconds(86_400))
}

/// Numbered lines, all of them acceptable.
func numbered(_ count: Int) -> String { (0..<count).map { "{\"line\":\($0)}\n" }.joined() }

/// A step of the catalogue that has seen paths once.
func seen(
    _ app: AppID, _ generation: GenerationID, _ from: Int64, _ to: Int64, _ paths: [String]
) -> CatalogueStep {
    let fields = paths.map {
        FieldEntry(path: $0, types: .number, count: 1, firstSeen: .sample, lastSeen: .sample)
    }
    return CatalogueStep(
        app: app, moves: [FollowerMove(generation: generation, from: from, to: to)], fields: fields, overflow: 0,
        pathLimit: 20_000)
}

/// Lets all steps of retention happen and adds them up.
func expireAll(_ database: MongoStore, _ plan: RetentionPlan, limit: Int) async throws -> RetentionStep {
    var all = RetentionStep()
    var place: RetentionPlace?
    repeat {
        let step = try await database.expire(plan, from: place, limit: limit)
        all.records += step.records
        all.bytes += step.bytes
        all.rejects += step.rejects
        for range in step.missed { all.add(range) }
        place = step.next
    } while place != nil
    return all
}

/// How many documents a collection has.
func count(of collection: String, in database: MongoStore) async throws -> Int {
    try await database.pool.withClient { try $0.all(.find(collection, [:], ["projection": ["_id": 1]])).count }
}

/// What the server says of one operation.
struct Operation: Sendable {
    let collection: String
    let operation: String
    let documents: Int64
    let plan: String
}

/// What the server was asked since it began to take notes; it takes no more.
func operations(of database: MongoStore) async throws -> [Operation] {
    try await database.pool.withClient { client in
        _ = try client.run(["profile": 0])
        return try client.all(.find("system.profile", ["docsExamined": ["$exists": true]])).map { document in
            let collection = try document.text("ns").split(separator: ".").dropFirst().joined(separator: ".")
            return Operation(
                collection: collection, operation: try document.text("op"),
                documents: try document.number("docsExamined"),
                plan: try document.optionalText("planSummary") ?? "")
        }
    }
}

/// Checks that no operation has gone through a whole collection.
func expectIndexes(_ profile: [Operation]) {
    #expect(profile.count > 5)
    for operation in profile where Collection.all.contains(operation.collection) {
        #expect(!operation.plan.contains("COLLSCAN"), "\(operation)")
    }
}
