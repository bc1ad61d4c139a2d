import Foundation
import LogModel
import TestSupport
import Testing

@testable import MongoAdapter

/// The server that `Tests/run` has started for all suites.
enum SharedMongo {
    /// Its URL; `nil` when there is none.
    static var url: String? { ProcessInfo.processInfo.environment["LOGFERRY_TEST_MONGO"] }

    /// A URL of a database that nobody else has.
    static func freshURL() throws -> String {
        let url = try #require(url)
        return named("t" + UUID().uuidString.replacingOccurrences(of: "-", with: ""), in: url)
    }

    /// Lends an empty database that nobody else has meanwhile.
    static func withDatabase(_ work: (MongoStore) async throws -> Void) async throws {
        let database = try await DatabaseShelf.shared.take()
        try await work(database)
        // One that a test has failed in is not used again.
        try await DatabaseShelf.shared.giveBack(database)
    }
}

/// Databases that are empty and free: making one takes much longer than emptying it.
private actor DatabaseShelf {
    static let shared = DatabaseShelf()

    private var free: [MongoStore] = []

    func take() async throws -> MongoStore {
        if let database = free.popLast() { return database }
        return try await MongoStore.open(url: Secret(try SharedMongo.freshURL()), connections: 4)
    }

    func giveBack(_ database: MongoStore) async throws {
        try await database.pool.withClient { client in
            for collection in Collection.all where collection != Collection.schema {
                try client.remove(collection, [:])
            }
        }
        // Numbers of generations and apps begin anew, so what commits have left behind is of no use.
        var emptied = database
        emptied.memory = CommitMemory()
        free.append(emptied)
    }
}

/// A URL with another database in it.
func named(_ database: String, in url: String) -> String {
    url.replacingOccurrences(of: "/?", with: "/\(database)?")
}
