import AppRegistry
import ArgumentParser
import Composition
import LogCursor
import LogModel

/// Proof that nothing was skipped.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the sources again and compare them with what was taken.",
        discussion: """
            Per object: equal, differs, source gone, or unreachable. Exit 1 when one differs, 75 when none differs and \
            one could not be reached.
            """)

    @Option(help: "The app: its id or its name; all apps when it is left out.")
    var app: String?

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func run() async throws {
        try await withDeployment { deployment in
            var chosen: RegisteredApp?
            if let app { chosen = try await deployment.apps.find(app) }
            var table = Table(["object", "generation", "position", "verdict", "detail"], json: json)
            var differs = 0
            var unreachable = 0
            try await deployment.verification().run(
                app: chosen,
                progress: { cursor, _ in
                    if Terminal.showsWords { Terminal.progress("reading \(cursor.object)") }
                },
                { cursor, finding in
                    let (verdict, detail) = words(finding)
                    if case .differs = finding { differs += 1 }
                    if case .unreachable = finding { unreachable += 1 }
                    table.add([
                        .text(cursor.object.text), .number(cursor.generation.number),
                        .number(cursor.progress.position), .text(verdict), .text(detail),
                    ])
                })
            if Terminal.showsWords { Terminal.progress("") }
            table.finish(whenEmpty: "nothing was taken yet")
            if differs > 0 { throw ExitCode(ExitStatus.failure.rawValue) }
            if unreachable > 0 { throw ExitCode(ExitStatus.tryAgain.rawValue) }
        }
    }

    private func words(_ finding: Verification.Finding) -> (String, String?) {
        switch finding {
        case .equal(hiddenBytes: 0): ("equal", nil)
        case .equal(let hidden):
            ("equal", "\(hidden) bytes lie hidden behind its end: an append broke, or is on its way")
        case .differs(let detail): ("differs", detail)
        case .sourceGone: ("source gone", nil)
        case .unreachable(let detail): ("unreachable", detail)
        }
    }
}
