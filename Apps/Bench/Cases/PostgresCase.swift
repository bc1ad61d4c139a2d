import LogModel
import PostgresAdapter

/// The whole engine into PostgreSQL.
enum PostgresCase {
    static func prepare(_ task: CaseTask) async throws -> CaseWork {
        let database = try await PostgresDatabase.open(url: Secret(task.url))
        return try await EngineCase.prepare(
            task.input, apps: PostgresAppStore(database), cursors: PostgresCursorStore(database),
            commits: PostgresCommitStore(database), close: { await database.close() })
    }
}
