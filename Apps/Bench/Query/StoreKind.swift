import ArgumentParser
import LogModel
import MongoAdapter
import PostgresAdapter
import SQLiteAdapter
import StoreSupport

/// The kinds of store.
enum StoreKind: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    case sqlite
    case postgres
    case mongo

    /// Opens the store at a place, which is a file for SQLite and else a URL.
    func open(at place: String) async throws -> any LogStore & QueryPlanning {
        switch self {
        case .sqlite: try SQLiteStore(path: place)
        case .postgres: try await PostgresStore.open(url: Secret(place), connections: 2)
        case .mongo: try await MongoStore.open(url: Secret(place), connections: 2)
        }
    }
}
