import CBenchLimits
import SQLiteAdapter

/// SQLite in a fresh folder for each run.
struct SQLiteStage: PathStage {
    let limit = "loop of plain inserts in C, same schema"
    let input: String
    let directory: String
    let runner: CaseRunner

    func run(_ side: Side) async throws -> CaseFigures {
        let folder = try StageFolder(in: directory)
        do {
            let figures = try await run(side, folder.file("store.sqlite"))
            try folder.remove()
            return figures
        } catch {
            try? folder.remove()
            throw error
        }
    }

    private func run(_ side: Side, _ file: String) async throws -> CaseFigures {
        // The adapter makes the schema for both, so it cannot differ.
        try SQLiteStore(path: file).close()
        let name = side == .ours ? CaseName.sqlite : .bareSQLite
        let figures = try await runner.run(name, CaseTask(input: input, place: file))
        return try figures.holding(Tally(limit: { logferry_limit_sqlite_content(file, $0, $1) }), name.rawValue)
    }

    func close() {}
}
