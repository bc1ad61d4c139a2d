import CBenchLimits
import LogModel
import SQLiteAdapter

/// The whole engine into a SQLite file, and a loop of inserts into one with the same schema.
enum SQLiteCase {
    /// The file is closed at the end, so that writing its log back counts.
    static func prepare(_ task: CaseTask) async throws -> CaseWork {
        try await EngineCase.prepare(task.input, into: try SQLiteStore(path: task.place))
    }

    /// Into a file whose schema the adapter has made.
    static func bare(_ task: CaseTask) -> CaseWork {
        {
            try Tally(limit: {
                logferry_limit_sqlite(
                    task.input, benchedChunk, task.place, 1, 1, EngineCase.moment.nanoseconds, $0, $1)
            })
        }
    }
}
