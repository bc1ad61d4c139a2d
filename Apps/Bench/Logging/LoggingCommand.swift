import ArgumentParser
import Foundation

/// Measures a log call.
struct LoggingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logging",
        abstract: "What a call of the swift-log handler costs, beside StreamLogHandler and a bare append.",
        discussion: """
            Rounds of all cases are interleaved and their order is rotated; the table has the median and the range. \
            Lines that a handler lost count as no throughput. Standard error goes to /dev/null meanwhile, since \
            StreamLogHandler writes there.
            """)

    @Option(help: "Rounds of each case; one more, which is not counted, comes first.")
    var rounds = 11

    @Option(help: "Lines of each round, over all threads.")
    var lines = 100_000

    @Option(help: "Only the subjects whose name contains this.")
    var only: String?

    @Option(help: "How many threads log.")
    var threads: [Int] = [1, 8]

    @Option(help: "What is logged: plain or metadata.")
    var entry: [Entry] = Entry.allCases

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(name: .customLong("guard"), help: "Measure nothing; fail when a call allocates more than it may.")
    var guards = false

    func validate() throws {
        guard (1...1000).contains(rounds) else { throw ValidationError("--rounds is from 1 to 1000") }
        guard (1000...4_000_000).contains(lines) else { throw ValidationError("--lines is from 1000 to 4000000") }
        guard threads.allSatisfy({ (1...256).contains($0) }) else {
            throw ValidationError("--threads is from 1 to 256")
        }
    }

    func run() async throws {
        let handler = Subject.logferry(over: SwallowingTransport())
        if guards { return try answer(await LoggingGuard.faults(of: handler)) }
        let subjects = [.bareAppend(), .nothing(), .stream(), handler].filter { subject in
            only.map(subject.name.contains) ?? true
        }
        var cases: [LoggingCase] = []
        for entry in entry {
            for count in threads {
                cases += subjects.map { LoggingCase(subject: $0, threads: count, entry: entry) }
            }
        }
        let results = try await QuietErrors.during {
            await Rounds.run(rounds, of: cases) { await $0.measure(lines) }
        }
        let report = LoggingReport(figures: zip(cases, results).map { LoggingFigures($0, $1) })
        print(json ? try report.json() : report.table.joined(separator: "\n"))
    }
}

/// Standard error on `/dev/null` for a while.
enum QuietErrors {
    static func during<Result>(_ work: () async throws -> Result) async throws -> Result {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        let kept = dup(STDERR_FILENO)
        guard null >= 0, kept >= 0, dup2(null, STDERR_FILENO) >= 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer {
            dup2(kept, STDERR_FILENO)
            close(kept)
            close(null)
        }
        return try await work()
    }
}
