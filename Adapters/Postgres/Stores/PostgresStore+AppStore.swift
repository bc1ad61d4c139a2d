public import AppRegistry
public import LogModel
import StoreSupport

extension PostgresStore: AppStore {
    /// Adds an app.
    public func add(_ app: RegisteredApp) async throws(StoreError) {
        try await write { session in
            try session.run(
                "INSERT INTO apps (id, name, created_at) VALUES ($1, $2, $3)",
                [.text(app.id.text), .text(app.name.text), .integer(app.createdAt.nanoseconds)])
        }
    }

    /// The app of an id.
    public func app(_ id: AppID) async throws(StoreError) -> RegisteredApp? {
        try await read { session in
            try session.execute("\(selection) WHERE id = $1", [.text(id.text)]).first.map { try RegisteredApp(row: $0) }
        }
    }

    /// The app of a name that is not deleted.
    public func app(named name: AppName) async throws(StoreError) -> RegisteredApp? {
        try await read { session in
            try session.execute("\(selection) WHERE name = $1 AND deleted_at IS NULL", [.text(name.text)])
                .first.map { try RegisteredApp(row: $0) }
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
        try await read { session in
            try session.execute(
                "\(selection) WHERE id > $1 AND \(condition) ORDER BY id LIMIT $2",
                [.text(last?.text ?? ""), .integer(Int64(limit))]
            ).rows.map { try RegisteredApp(row: $0) }
        }
    }

    /// Marks an app as deleted and revokes its tokens.
    public func deleteApp(_ id: AppID, at moment: Timestamp) async throws(StoreError) -> Bool {
        try await write { session in
            let marked = try session.execute(
                "UPDATE apps SET deleted_at = $1 WHERE id = $2 AND deleted_at IS NULL",
                [.integer(moment.nanoseconds), .text(id.text)])
            guard marked.changes == 1 else { return false }
            try session.execute(
                "UPDATE client_tokens SET revoked_at = $1 WHERE app = $2 AND revoked_at IS NULL",
                [.integer(moment.nanoseconds), .text(id.text)])
            return true
        }
    }
}

private let selection = "SELECT id, name, created_at, deleted_at FROM apps"
