import LogModel
import PostgresAdapter

/// The whole engine into PostgreSQL.
enum PostgresCase {
    static func prepare(_ task: CaseTask) async throws -> CaseWork {
        try await EngineCase.prepare(task.input, into: try await PostgresStore.open(url: Secret(task.url)))
    }
}
