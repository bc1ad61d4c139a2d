import CBenchLimits
import LogModel
import MongoAdapter

/// MongoDB, a fresh database for each run.
struct MongoStage: PathStage {
    let limit = "loop of bulk inserts in C, same documents and transactions"
    private let input: String
    private let url: ServerURL
    private let runner: CaseRunner
    private let server: ServerProcesses?

    init(input: String, url: String, runner: CaseRunner) throws {
        self.input = input
        self.url = try ServerURL(url)
        self.runner = runner
        server = self.url.processes(defaultPort: 27_017)
    }

    func run(_ side: Side) async throws -> CaseFigures {
        let name = ServerURL.freshName()
        var error = logferry_limit_error()
        do {
            let figures = try await run(side, in: name)
            guard logferry_limit_mongo_drop(url.database(name), name, &error) else {
                throw BenchError(String(cString: logferry_limit_words(&error)))
            }
            return figures
        } catch {
            var ignored = logferry_limit_error()
            _ = logferry_limit_mongo_drop(url.database(name), name, &ignored)
            throw error
        }
    }

    private func run(_ side: Side, in name: String) async throws -> CaseFigures {
        // The adapter makes the collections and indexes for both, so they cannot differ.
        try await MongoStore.open(url: Secret(url.database(name))).close()
        let figures = try await runner.run(
            side == .ours ? .mongo : .bareMongo, CaseTask(input: input, place: name, url: url.database(name)),
            server: server)
        return try figures.holding(
            Tally(limit: { logferry_limit_mongo_content(url.database(name), name, $0, $1) }),
            "mongo, \(side.rawValue)")
    }

    func close() {}
}
