import AppRegistry
import ArgumentParser
import Composition
import LogAudit
import LogIngestion
import LogModel

/// A replay of rejects.
struct RejectsReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Let refused bytes be judged anew, after a limit was raised or a new version installed.",
        discussion: """
            The objects that hold them are taken again from their first reject on, at the next run of a worker; a local \
            file when it is given to "ingest" again. What was stored stays and is not doubled; what is refused again \
            stays a reject. Each object is read to prove that it still holds what was taken of it. Exit 1 when one was \
            left alone, 75 when that was only because a source does not answer.
            """)

    @Argument(help: "Ids of rejects, as \"rejects list\" shows them; all when none is given.")
    var ids: [Int64] = []

    @Option(help: "Rejects of an app: its id or its name; of all apps when it is left out.")
    var app: String?

    @Option(help: "Rejects of the objects of this name, as \"rejects list\" shows it.")
    var object: String?

    @Option(
        help: "Rejects of a reason, such as line_too_long; may be given more than once.",
        transform: RejectsReplay.reason(_:))
    var reason: [RejectReason] = []

    @Flag(help: "Show what would be taken again, and change nothing.")
    var dryRun = false

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func run() async throws {
        try await withDeployment { deployment in
            var choice = RejectReplay.Choice()
            if let app { choice.app = try await deployment.apps.find(app).id }
            choice.object = object.map(ObjectKey.init)
            choice.reasons = Set(reason)
            choice.numbers = Set(ids)
            let replay = try deployment.replay()
            var table = Table(["object", "generation", "rejects", "from", "outcome", "detail"], json: json)
            var status = ExitStatus.success
            let candidates = try await replay.candidates(choice)
            if candidates.isEmpty, !ids.isEmpty {
                throw UnknownReject(description: "there is no reject \(ids.map(String.init).joined(separator: ", "))")
            }
            for candidate in candidates {
                if Terminal.showsWords { Terminal.progress("reading \(candidate.object)") }
                let outcome = try await replay.replay(candidate, isDry: dryRun)
                table.add(row(candidate, outcome)) { $0.addMembers(of: candidate, outcome) }
                switch outcome {
                case .willBeTakenAgain, .wouldBeTakenAgain: break
                case .refused: status = .failure
                case .unreachable: if status == .success { status = .tryAgain }
                }
            }
            if Terminal.showsWords { Terminal.progress("") }
            table.finish(whenEmpty: "no such rejects")
            if status != .success { throw ExitCode(status.rawValue) }
        }
    }

    private static func reason(_ word: String) throws -> RejectReason {
        guard let reason = RejectReason(rawValue: word) else {
            let words = RejectReason.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(word)' is no reason; reasons are \(words)")
        }
        return reason
    }

    private func row(_ candidate: RejectReplay.Candidate, _ outcome: RejectReplay.Outcome) -> [Table.Cell] {
        let (from, word, detail): (Int64?, String, String?) =
            switch outcome {
            case .willBeTakenAgain(let from): (from, "will be taken again", nil)
            case .wouldBeTakenAgain(let from): (from, "would be taken again", nil)
            case .refused(let words), .unreachable(let words): (nil, "left alone", words)
            }
        return [
            .text(candidate.object.text), .number(candidate.generation.number), .number(Int64(candidate.count)),
            from.map { .number($0) } ?? .text(nil), .text(word), .text(detail),
        ]
    }
}
