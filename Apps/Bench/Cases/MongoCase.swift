import CBenchLimits
import LogModel
import MongoAdapter

/// The whole engine into MongoDB, and a loop of bulk inserts into a database with the same schema.
enum MongoCase {
    static func prepare(_ task: CaseTask) async throws -> CaseWork {
        try await EngineCase.prepare(task.input, into: try await MongoStore.open(url: Secret(task.url)))
    }

    /// Into a database whose schema the adapter has made.
    static func bare(_ task: CaseTask) -> CaseWork {
        {
            try Tally(limit: {
                logferry_limit_mongo(
                    task.input, benchedChunk, task.url, task.place, 1, 1, EngineCase.moment.nanoseconds, $0, $1)
            })
        }
    }
}
