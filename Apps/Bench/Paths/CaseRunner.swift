import BlockingExecutor
import Foundation

/// What one run of a case cost.
struct CaseFigures: Codable, Sendable {
    /// What it went through.
    var tally: Tally
    /// Nanoseconds from the start of the work to its end.
    let wall: Int64
    /// Nanoseconds of processor time of the case's own process.
    let client: Int64
    /// Nanoseconds of processor time of the server's processes; `nil` when there is no server, or it cannot be looked at.
    let server: Int64?
    /// Bytes of memory that were resident at most.
    let peakMemory: Int64
    /// How often memory was asked for; `nil` where that is not counted.
    let allocations: Int64?

    /// Nanoseconds of processor time in all.
    var processor: Int64 { client + (server ?? 0) }
}

/// Runs cases, each in a process of its own.
struct CaseRunner: Sendable {
    /// After how long a case is killed.
    let limit: Duration
    private let threads = BlockingThreads(name: "cases", count: 1)

    init(limit: Duration) { self.limit = limit }

    /// Runs one of our own cases.
    ///
    /// Its time begins when it is ready, and ends with its process.
    func run(_ name: CaseName, _ task: CaseTask, server: ServerProcesses? = nil) async throws -> CaseFigures {
        try await threads.run { [limit] in
            let child = try ChildProcess(
                "/proc/self/exe", ["run-case", name.rawValue, "--input", task.input, "--place", task.place],
                environment: [CaseTask.urlVariable: task.url, CaseTask.keyVariable: task.key], limit: limit)
            guard try child.line() == "ready" else {
                _ = try child.finish()
                throw BenchError("\(name.rawValue) did not get ready")
            }
            let serverBefore = server?.processorTime()
            try child.write("go\n")
            let answer = try child.line()
            let used = try child.finish()
            guard let answer, let report = try? JSONDecoder().decode(CaseReport.self, from: Data(answer.utf8)) else {
                throw BenchError("\(name.rawValue) did not say what it did")
            }
            return CaseFigures(
                tally: report.tally, wall: report.wall, client: used.processor - report.processorBefore,
                server: serverBefore.flatMap { before in server.map { $0.processorTime() - before } },
                peakMemory: report.peakMemory, allocations: report.allocations)
        }
    }

    /// Runs a program of others; its start counts, and what it went through is for the caller to say.
    /// - Returns: what it cost, with an empty tally, and what it wrote.
    func run(
        program: String, _ arguments: [String], environment: [String: String] = [:], server: ServerProcesses? = nil
    ) async throws -> (figures: CaseFigures, output: String) {
        try await threads.run { [limit] in
            let serverBefore = server?.processorTime()
            let before = Usage.ofProcess()
            let child = try ChildProcess(program, arguments, environment: environment, limit: limit)
            var output: [String] = []
            while let line = try child.line() { output.append(line) }
            let used = try child.finish()
            let figures = CaseFigures(
                tally: Tally(), wall: (Usage.ofProcess() - before).wall, client: used.processor,
                server: serverBefore.flatMap { before in server.map { $0.processorTime() - before } },
                peakMemory: used.peakMemory, allocations: nil)
            return (figures, output.joined(separator: "\n"))
        }
    }
}
