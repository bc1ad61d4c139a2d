import ArgumentParser
import Composition
import IngestionJobs
import LogModel

/// Runs.
struct Runs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what workers did, the latest first.",
        discussion: """
            A run is one execution of a kind of work: consume-logs takes what was appended, index-logs keeps the fields, \
            cleanup-logs applies retention. A run that ended partial or failed says why; with --json all its figures are \
            shown, what was left alone by reason.
            """)

    @Option(
        help: "Runs of one kind of work: consume-logs, index-logs or cleanup-logs.",
        completion: .list(RunKind.allCases.map(\.rawValue)), transform: Runs.kind(_:))
    var kind: RunKind?

    @Option(parsing: .unconditional, help: "How many runs at most.")
    var limit = 20

    @OptionGroup var shown: ListOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be positive") }
    }

    func run() async throws {
        try await withDeployment { deployment in
            var table = Table(
                ["kind", "startedAt", "finishedAt", "state", "objects", "records", "rejects", "bytes", "error"], shown)
            var last: RunID?
            var left = limit
            while left > 0 {
                let wanted = min(left, 1000)
                let page = try await deployment.runs.runs(kind: kind, before: last, limit: wanted)
                for run in page {
                    table.add([
                        .text(run.kind.rawValue), .moment(run.startedAt), .moment(run.finishedAt),
                        .text(run.state.rawValue), .number(run.figures.objects), .number(run.figures.records),
                        .number(run.figures.rejects), .number(run.figures.bytes), .text(run.error),
                    ]) { $0.addMembers(of: run) }
                }
                left -= page.count
                guard page.count == wanted else { break }
                last = page.last?.id
            }
            table.finish(whenEmpty: "no worker has run yet")
        }
    }

    private static func kind(_ word: String) throws -> RunKind {
        guard let kind = RunKind(rawValue: word) else {
            let words = RunKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(word)' is no kind of work; kinds are \(words)")
        }
        return kind
    }
}
