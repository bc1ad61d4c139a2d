import AppRegistry
import ArgumentParser
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import MongoAdapter
import PostgresAdapter
import SQLiteAdapter
import StoreSupport

/// The kinds of store.
enum StoreKind: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    case sqlite
    case postgres
    case mongo
}

/// What is needed of a store to fill it and to ask it.
struct BenchStore: Sendable {
    let apps: any AppStore
    let cursors: any CursorStore
    let commits: any CommitStore
    let records: any RecordReader
    /// How the statements that answer questions are executed.
    let plans: @Sendable ((any RecordReader) async throws -> Void) async throws -> [QueryPlan]
    let close: @Sendable () async throws -> Void

    /// Opens the store at a place, which is a file for SQLite and else a URL.
    static func open(_ kind: StoreKind, at place: String) async throws -> BenchStore {
        switch kind {
        case .sqlite:
            let database = try SQLiteDatabase(path: place)
            let reader = SQLiteRecordReader(database)
            return BenchStore(
                apps: SQLiteAppStore(database), cursors: SQLiteCursorStore(database),
                commits: SQLiteCommitStore(database), records: reader, plans: { try await reader.plans(of: $0) },
                close: { try database.close() })
        case .postgres:
            let database = try await PostgresDatabase.open(url: Secret(place), connections: 2)
            let reader = PostgresRecordReader(database)
            return BenchStore(
                apps: PostgresAppStore(database), cursors: PostgresCursorStore(database),
                commits: PostgresCommitStore(database), records: reader, plans: { try await reader.plans(of: $0) },
                close: { await database.close() })
        case .mongo:
            let database = try await MongoDatabase.open(url: Secret(place), connections: 2)
            let reader = MongoRecordReader(database)
            return BenchStore(
                apps: MongoAppStore(database), cursors: MongoCursorStore(database),
                commits: MongoCommitStore(database), records: reader, plans: { try await reader.plans(of: $0) },
                close: { await database.close() })
        }
    }
}
