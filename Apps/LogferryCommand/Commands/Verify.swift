import AppRegistry
import ArgumentParser
import Composition
import LogAudit
import LogCursor
import LogIngestion
import LogModel

/// Proof that nothing was skipped.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the sources again and compare them with what was taken.",
        discussion: """
            Per object: equal (all of it is taken), behind (bytes of it are not taken yet), differs, hidden (bytes lie behind \
            its end and were not read), source gone, or unreachable; and per file that is not read: foreign, with the \
            reason, or not taken yet. Exit 1 when one differs, is hidden or is foreign, or when two generations of one \
            object hold the same lines (repeats); 75 when none is and one is behind, could not be reached or is not taken \
            yet.
            """)

    @Option(help: "The app: its id or its name; all apps when it is left out.")
    var app: String?

    @Flag(help: "Show files that nobody reads, and do not fail for them.")
    var allowForeign = false

    @Flag(help: "Show generations that hold the same lines, and do not fail for them.")
    var allowRepeats = false

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func run() async throws {
        try await withDeployment { deployment in
            var chosen: RegisteredApp?
            if let app { chosen = try await deployment.apps.find(app) }
            let apps = try await AppColumn(chosen: chosen, json: json, in: deployment)
            var table = Table(apps.heading + ["object", "generation", "position", "verdict", "detail"], json: json)
            var tally = Tally()
            try await deployment.verification().run(
                app: chosen,
                progress: { cursor, _ in
                    if Terminal.showsWords { Terminal.progress("reading \(cursor.object)") }
                },
                { cursor, finding in
                    let (verdict, detail) = words(finding)
                    tally.note(finding)
                    table.add(
                        apps.cell(of: cursor.app) + [
                            .text(cursor.object.text), .number(cursor.generation.number),
                            .number(cursor.progress.position), .text(verdict), .text(detail),
                        ])
                })
            try await deployment.verification().findRepeats(of: chosen) { found in
                tally.note(found, allowsRepeats: allowRepeats)
                table.add(apps.cell(of: found.later.app) + row(found))
            }
            try await deployment.unreadEntries().run(app: chosen) { app, finding in
                tally.note(finding, allowsForeign: allowForeign)
                guard let row = row(finding) else { return }
                table.add(apps.cell(of: app) + row)
            }
            if Terminal.showsWords { Terminal.progress("") }
            table.finish(whenEmpty: "nothing was taken yet")
            if tally.isWrong { throw ExitCode(ExitStatus.failure.rawValue) }
            if tally.isOpen { throw ExitCode(ExitStatus.tryAgain.rawValue) }
        }
    }

    private func words(_ finding: Verification.Finding) -> (String, String?) {
        switch finding {
        case .equal: ("equal", nil)
        case .behind(let bytes, isUnfinished: false):
            ("behind", "\(counted(bytes, "byte")) \(bytes == 1 ? "is" : "are") not taken yet")
        case .behind(let bytes, isUnfinished: true):
            (
                "behind",
                "\(counted(bytes, "byte")) \(bytes == 1 ? "waits" : "wait"): a last line without its newline, or an "
                    + "unfinished batch"
            )
        case .hidden(let hidden):
            ("hidden", "\(hidden) bytes lie behind its end and were not read: an append broke; lines may be among them")
        case .differs(let detail): ("differs", detail)
        case .sourceGone: ("source gone", nil)
        case .unreachable(let detail): ("unreachable", detail)
        }
    }

    private func row(_ found: Verification.Repeat) -> [Table.Cell] {
        let (later, earlier) = (found.later.generation.number, found.earlier.number)
        return [
            .text(found.later.object.text), .number(later), .number(found.later.progress.position), .text("repeats"),
            .text(
                "generations \(earlier) and \(later) hold the same \(found.lines) lines, so answers show them twice: see "
                    + "\"Files that go back\" in Operations.md; --allow-repeats accepts it"),
        ]
    }

    private func row(_ finding: UnreadEntries.Finding) -> [Table.Cell]? {
        let cells: (name: String?, verdict: String, detail: String)
        switch finding {
        case .foreign(let entry):
            cells = (entry.name, "foreign", "\(entry.reason.rawValue): \(entry.reason.words)")
        case .moreForeign(let count):
            cells = (nil, "foreign", "\(count) more files that nobody reads")
        case .notTaken(let object):
            cells = (object.key.text, "not taken", "\(counted(object.size, "byte")); no run has begun it")
        case .unreachable(let source, let words): cells = (source.text, "unreachable", words)
        case .taken: return nil
        }
        return [.text(cells.name), .text(nil), .text(nil), .text(cells.verdict), .text(cells.detail)]
    }
}

/// What the exit status follows from.
private struct Tally {
    private(set) var isWrong = false
    private(set) var isOpen = false

    mutating func note(_ finding: Verification.Finding) {
        switch finding {
        case .equal, .sourceGone: break
        case .differs, .hidden: isWrong = true
        case .behind, .unreachable: isOpen = true
        }
    }

    mutating func note(_ found: Verification.Repeat, allowsRepeats: Bool) {
        isWrong = isWrong || !allowsRepeats
    }

    mutating func note(_ finding: UnreadEntries.Finding, allowsForeign: Bool) {
        switch finding {
        case .foreign, .moreForeign: isWrong = isWrong || !allowsForeign
        case .notTaken, .unreachable: isOpen = true
        case .taken: break
        }
    }
}
