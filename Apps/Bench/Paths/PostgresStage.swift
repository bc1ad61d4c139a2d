import CBenchLimits
import Foundation
import LogModel
import PostgresAdapter

/// PostgreSQL, a fresh database for each run.
///
/// The limit copies rows that are ready, and so parses nothing: a file in COPY's text format, into a table like the
/// adapter's, with the same columns and indexes.
struct PostgresStage: PathStage {
    let limit = "psql \\copy of rows that are ready, same columns and indexes"
    private let input: String
    private let url: ServerURL
    private let runner: CaseRunner
    private let server: ServerProcesses?
    private let folder: StageFolder
    /// What the rows that are ready were made of.
    private let ready: Tally

    init(input: String, url: String, directory: String, runner: CaseRunner) throws {
        self.input = input
        self.url = try ServerURL(url)
        self.runner = runner
        server = self.url.processes(defaultPort: 5432)
        folder = try StageFolder(in: directory)
        let rows = folder.file("rows")
        do {
            ready = try Tally(limit: {
                let moment = EngineCase.moment
                return logferry_limit_copy_rows(
                    input, rows, 1, 1, moment.nanoseconds, CivilDay(of: moment).number, $0, $1)
            })
        } catch {
            try? folder.remove()
            throw error
        }
    }

    func run(_ side: Side) async throws -> CaseFigures {
        let name = ServerURL.freshName()
        try await ask("CREATE DATABASE \(name)", of: "postgres")
        do {
            let figures = try await run(side, in: name)
            try await ask("DROP DATABASE \(name) WITH (FORCE)", of: "postgres")
            return figures
        } catch {
            _ = try? await ask("DROP DATABASE \(name) WITH (FORCE)", of: "postgres")
            throw error
        }
    }

    private func run(_ side: Side, in name: String) async throws -> CaseFigures {
        // The adapter makes the schema for both, so it cannot differ.
        try await PostgresStore.open(url: Secret(url.database(name))).close()
        let table = side == .ours ? "records" : "bench_rows"
        if side == .limit { try await ask("CREATE TABLE \(table) (LIKE records INCLUDING ALL)", of: name) }
        // What earlier runs have left to be written would be written during this one.
        _ = try? await ask("CHECKPOINT", of: name)
        let figures = try await side == .ours ? ours(in: name) : copy(into: table, of: name)
        let count = try await ask("SELECT count(*) FROM \(table)", of: name)
        return try figures.holding(Tally(records: Int64(count) ?? 0), "postgres, \(side.rawValue)")
    }

    private func ours(in name: String) async throws -> CaseFigures {
        try await runner.run(
            .postgres, CaseTask(input: input, url: url.database(name)), server: server)
    }

    private func copy(into table: String, of name: String) async throws -> CaseFigures {
        let columns =
            "generation, byte_offset, line_number, event_time, received_at, app, received_day, level, flags, line"
        var (figures, _) = try await runner.run(
            program: Psql.path, Psql.arguments("\\copy \(table) (\(columns)) FROM '\(folder.file("rows"))'"),
            environment: url.variables(database: name), server: server)
        figures.tally = ready
        return figures
    }

    @discardableResult
    private func ask(_ statement: String, of database: String) async throws -> String {
        try await runner.run(
            program: Psql.path, Psql.arguments(statement), environment: url.variables(database: database)
        ).output
    }

    func close() throws { try folder.remove() }
}

/// PostgreSQL's own client.
private enum Psql {
    /// The program itself rather than Debian's script that looks for it, which would be measured with it.
    static let path: String = {
        let folder = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let places = versions.sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }.map { "\(folder)/\($0)/bin/psql" }
        return places.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "/usr/bin/psql"
    }()

    static func arguments(_ statement: String) -> [String] {
        ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--command", statement]
    }
}
