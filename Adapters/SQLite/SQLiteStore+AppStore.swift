public import AppRegistry
import GRDB
public import LogModel
import StoreSupport

extension SQLiteStore: AppStore {
    /// Adds an app.
    public func add(_ app: RegisteredApp) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: "INSERT INTO apps (id, name, created_at) VALUES (?, ?, ?)",
                arguments: [app.id.text, app.name.text, app.createdAt.nanoseconds])
        }
    }

    /// The app of an id.
    public func app(_ id: AppID) async throws(StoreError) -> RegisteredApp? {
        try await read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM apps WHERE id = ?", arguments: [id.text]).map {
                try RegisteredApp(row: SQLiteRow($0))
            }
        }
    }

    /// The app of a name that is not deleted.
    public func app(named name: AppName) async throws(StoreError) -> RegisteredApp? {
        try await read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM apps WHERE name = ? AND deleted_at IS NULL", arguments: [name.text]
            ).map { try RegisteredApp(row: SQLiteRow($0)) }
        }
    }

    /// A page of the apps that are not deleted.
    public func apps(after last: AppID?, limit: Int) async throws(StoreError) -> [RegisteredApp] {
        try await page(after: last, limit, "deleted_at IS NULL")
    }

    /// Up to `limit` apps that are deleted, in the order of their ids, after `last`.
    public func deletedApps(after last: AppID?, limit: Int) async throws(StoreError) -> [RegisteredApp] {
        try await page(after: last, limit, "deleted_at IS NOT NULL")
    }

    private func page(
        after last: AppID?, _ limit: Int, _ condition: String
    ) async throws(StoreError) -> [RegisteredApp] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM apps WHERE id > ? AND \(condition) ORDER BY id LIMIT ?",
                arguments: [last?.text ?? "", limit]
            ).map { try RegisteredApp(row: SQLiteRow($0)) }
        }
    }

    /// Marks an app as deleted and revokes its tokens.
    public func deleteApp(_ id: AppID, at moment: Timestamp) async throws(StoreError) -> Bool {
        try await write { db in
            try db.execute(
                sql: "UPDATE apps SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL",
                arguments: [moment.nanoseconds, id.text])
            guard db.changesCount == 1 else { return false }
            try db.execute(
                sql: "UPDATE client_tokens SET revoked_at = ? WHERE app = ? AND revoked_at IS NULL",
                arguments: [moment.nanoseconds, id.text])
            return true
        }
    }
}
