import ArgumentParser
import CAllocationCount
import Foundation

/// One case, in the process that the harness starts for it.
///
/// It gets ready, says `ready`, waits for a line, does the work and says what it was as one line of JSON. So the harness
/// can look at a server between getting ready and working, and neither the start of the process nor the opening of a
/// store counts.
struct RunCaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-case", abstract: "Does one case; \"paths\" starts this by itself.", shouldDisplay: false)

    @Argument(help: "The case.")
    var name: CaseName

    @Option(help: "The file that is read.")
    var input: String

    @Option(help: "Where lines go: a SQLite file, or the name of a database.")
    var place = ""

    func run() async throws {
        let variables = ProcessInfo.processInfo.environment
        let task = CaseTask(
            input: input, place: place, url: variables[CaseTask.urlVariable] ?? "",
            key: variables[CaseTask.keyVariable] ?? "")
        let work = try await name.prepare(task)
        FileHandle.standardOutput.write(Data("ready\n".utf8))
        guard readLine() != nil else { throw BenchError("nobody waits for \(name.rawValue)") }
        let before = Usage.ofProcess()
        let tally = try await work()
        let used = Usage.ofProcess() - before
        let report = CaseReport(
            tally: tally, wall: used.wall, processorBefore: before.processor, peakMemory: try Usage.peakMemory(),
            allocations: logferry_counts_allocations() ? used.allocations : nil)
        FileHandle.standardOutput.write(try JSONEncoder().encode(report) + Data("\n".utf8))
    }
}

/// What a case is told.
struct CaseTask: Sendable {
    /// The file that is read.
    let input: String
    /// Where lines go: a SQLite file, or the name of a database.
    var place = ""
    /// The server's URL; it can hold a password.
    var url = ""
    /// The credential for a file store.
    var key = ""

    /// How the URL comes: arguments can be seen by everybody on a machine.
    static let urlVariable = "LOGFERRY_BENCH_URL"
    /// How the credential comes.
    static let keyVariable = "LOGFERRY_BENCH_KEY"
}

/// The work of a case that is ready for it.
typealias CaseWork = @Sendable () async throws -> Tally

extension CaseName {
    /// Gets ready; what that costs does not count.
    func prepare(_ task: CaseTask) async throws -> CaseWork {
        switch self {
        case .frame: FrameCase.prepare(task)
        case .newlines: BareReader.newlines(task)
        case .scan: ScanCase.prepare(task)
        case .bareScan: BareReader.scan(task)
        case .follow: try await FollowCase.prepare(task)
        case .sqlite: try await SQLiteCase.prepare(task)
        case .bareSQLite: SQLiteCase.bare(task)
        case .postgres: try await PostgresCase.prepare(task)
        case .mongo: try await MongoCase.prepare(task)
        case .bareMongo: MongoCase.bare(task)
        case .range: try await RangeCase.prepare(task)
        case .post: try PostCase.prepare(task)
        }
    }
}

/// Why something could not be measured, in words for whom runs the bench.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
