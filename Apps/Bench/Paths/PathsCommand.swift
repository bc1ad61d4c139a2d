import ArgumentParser
import Foundation
import Generation

/// Measures paths of the engine.
struct PathsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paths",
        abstract: "What each path of the engine costs, beside the least that any program must do for the same.",
        discussion: """
            Each case runs in a process of its own. Our side and its limit take turns, and who begins changes with each \
            round; the ratios are those of the same round. A path whose sides did not go through the same bytes, lines \
            and records gets no figures.

            Paths that need a server are left out without one, and the table says so. The server must be the bench's \
            alone meanwhile: all that its processes use counts.

            EXAMPLES
              logferry-bench paths                                    every path that can be measured here
              logferry-bench paths --input app.ndjson --paths scan,follow --rounds 15
              logferry-bench paths --input app.ndjson --json > figures.json
            """)

    @Option(help: "A file of NDJSON; give it several times for several files. Without it lines are generated.")
    var input: [String] = []

    @Option(help: "How many MiB are generated, as \"logferry generate\" does it.")
    var mib = 256

    @Option(help: "What the generated lines follow from.")
    var seed: UInt64 = 1

    @Flag(help: "Leave the generated file where it is, and say where.")
    var keep = false

    @Option(
        help: "Only these paths, separated by commas: \(PathName.allCases.map(\.rawValue).joined(separator: ", ")).")
    var paths: String?

    @Option(help: "Rounds of each path; one more, which is not counted, comes first.")
    var rounds = 9

    @Option(help: "PostgreSQL, as postgres://…; the default is the variable LOGFERRY_TEST_POSTGRES.")
    var postgres: String?

    @Option(help: "MongoDB, as mongodb://…; the default is the variable LOGFERRY_TEST_MONGO.")
    var mongo: String?

    @Option(help: "Where stores and prepared files are made; the default is the system's folder for such files.")
    var directory: String?

    @Option(help: "After how many seconds a run of a case is killed.")
    var caseLimit = 1800

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        for path in input where !FileManager.default.isReadableFile(atPath: path) {
            throw ValidationError("\(path) cannot be read.")
        }
        guard (1...65_536).contains(mib) else { throw ValidationError("--mib is from 1 to 65536") }
        guard (1...999).contains(rounds) else { throw ValidationError("--rounds is from 1 to 999") }
        guard (1...86_400).contains(caseLimit) else { throw ValidationError("--case-limit is from 1 to 86400") }
        _ = try wantedPaths()
    }

    private func wantedPaths() throws -> [PathName] {
        guard let paths else { return PathName.allCases }
        return try paths.split(separator: ",").map { word in
            guard let path = PathName(rawValue: String(word)) else {
                throw ValidationError(
                    "There is no path '\(word)'; there are "
                        + "\(PathName.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            return path
        }
    }

    func run() async throws {
        let folder = try StageFolder(in: directory ?? NSTemporaryDirectory())
        defer { if !keep { try? folder.remove() } }
        let report = try await measure(input.isEmpty ? [generated(in: folder)] : input, in: folder)
        print(json ? try report.json() : report.table.joined(separator: "\n"))
        if keep { tell("kept: \(folder.path)") }
        guard report.refused.isEmpty else { throw ExitCode.failure }
    }

    private func measure(_ inputs: [String], in folder: StageFolder) async throws -> PathReport {
        let variables = ProcessInfo.processInfo.environment
        let plan = PathPlan(
            inputs: inputs, rounds: rounds, postgres: postgres ?? variables["LOGFERRY_TEST_POSTGRES"],
            mongo: mongo ?? variables["LOGFERRY_TEST_MONGO"], directory: folder.path,
            runner: CaseRunner(limit: .seconds(caseLimit)))
        return try await plan.measure(wantedPaths(), tell: tell)
    }

    private func generated(in folder: StageFolder) throws -> String {
        let path = folder.file("generated-\(seed).ndjson")
        tell("generating \(mib) MiB")
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw BenchError("\(path) cannot be written") }
        var generator = LogGenerator(seed: seed)
        try generator.lines(upTo: Int64(mib) << 20) { try file.write(contentsOf: Data($0)) }
        try file.close()
        return path
    }
}

/// Words for whom waits for figures.
private func tell(_ words: String) { FileHandle.standardError.write(Data("\(words)\n".utf8)) }
