import AppRegistry
import ArgumentParser
import Composition
import IngestionJobs
import LogIngestion
import LogModel

/// Local files, taken once.
struct Ingest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take local NDJSON files in, each once.",
        discussion: """
            A file is an object of its own, known by its path and its inode. Taking it again brings only what was \
            appended since; stopping in the middle loses and doubles nothing. A last line without its newline waits until \
            it is a whole JSON object.

            "-" is standard input, received to its end first. It is known by its bytes: the same ones again bring nothing.

            Exit 65 when nothing of an input could be taken: it says what the input seems to be.
            """)

    @Argument(help: "The files; - is standard input.", completion: .file())
    var files: [String]

    @Option(help: "The app that the lines belong to: its id or its name.")
    var app: String

    @Flag(help: "Take files that seem to be no NDJSON, too: their lines become rejects.")
    var anyway = false

    @Flag(help: "Write what was taken as JSON.")
    var json = false

    func run() async throws {
        Deployment.boundMemory()
        let settings = try GivenSettings.settings()
        let deployment = try await Deployment(settings, logger: settings.logger("ingestion"))
        let owner = try await deployment.apps.find(app)
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be given once") }
        if files.contains("-"), Terminal.readsTerminal { Terminal.say("reading lines; end with Ctrl-D") }
        let meter = ProgressMeter()
        let summary = try await deployment.fileIntake(of: files, anyway: anyway).run(for: owner) { meter.show($0) }
        meter.finish()
        if summary.figures.records > 0 { await Ingest.bringFieldsUpToDate(deployment) }
        show(summary, of: owner)
        try await deployment.close()
        if !summary.refused.isEmpty { throw ExitCode(ExitStatus.dataError.rawValue) }
    }

    private func show(_ summary: FileIntake.Summary, of app: RegisteredApp) {
        let figures = summary.figures
        if json {
            let refused = summary.refused.map { path, guess in
                "{\"file\":\(encodedJSONString(path)),\"seems\":\(guess.map { encodedJSONString($0.rawValue) } ?? "null")}"
            }
            Terminal.line(
                "{\"files\":\(figures.objects),\"bytes\":\(figures.bytes),\"records\":\(figures.records),"
                    + "\"recordsWithoutTime\":\(figures.untimed),\"rejects\":\(figures.rejects),"
                    + "\"waitingBytes\":\(summary.waitingBytes),\"refused\":[\(refused.joined(separator: ","))]}")
        } else {
            Terminal.say(
                "\(figures.records) records and \(figures.rejects) rejects from \(figures.bytes) bytes of "
                    + "\(figures.objects) files")
            if figures.untimed > 0 {
                Terminal.say(
                    "\(figures.untimed) of the records have the time of receipt: no time was understood in them")
            }
            if figures.rejects > 0 { Terminal.say("see them with: logferry rejects list --app \(app.name)") }
        }
        for (path, bytes) in summary.waiting {
            Terminal.say(
                visibleText(
                    "\(path): \(bytes) bytes wait: a last line without its newline that is no whole JSON object yet"))
        }
        for (path, guess) in summary.refused {
            guard let guess else {
                Terminal.complain("\(path): nothing was taken: no line is a JSON object")
                continue
            }
            Terminal.complain("\(path): nothing was taken: it seems to be \(guess.words); \(guess.advice)")
        }
    }

    /// Lets the fields of what was taken be seen at once, without a worker.
    ///
    /// A worker that is at it has it done; a failure leaves the lines where they are, so it is no failure of the intake.
    private static func bringFieldsUpToDate(_ deployment: Deployment) async {
        let complaint: String
        do {
            let outcome = try await deployment.indexing().execute()
            guard case .executed(let run) = outcome, let error = run.error else { return }
            complaint = error
        } catch {
            complaint = "\(error)"
        }
        Terminal.say("the fields are not up to date (\(complaint)); logferry work --once goes on with them")
    }
}

/// Shows how far files are taken: a passing line on a terminal, a line each ten seconds elsewhere.
private final class ProgressMeter: Sendable {
    private let ticks = ContinuousClock()
    private let start = ContinuousClock().now
    private let lastShown: Shown

    init() { lastShown = Shown(moment: start) }

    func show(_ progress: FileIntake.Progress) {
        let now = ticks.now
        guard lastShown.isDue(now, after: Terminal.showsWords ? .milliseconds(200) : .seconds(10)) else { return }
        let (seconds, rest) = (now - start).components
        let elapsed = Double(seconds) + Double(rest) / 1e18
        let share = progress.size > 0 ? Double(progress.position) / Double(progress.size) * 100 : 100
        let speed = elapsed > 0 ? Double(progress.position) / elapsed / 1_048_576 : 0
        let words =
            "\(progress.path): \(Int(share)) % of \(progress.size) bytes, \(progress.records) records, "
            + "\(progress.rejects) rejects, \(Int(speed)) MiB/s"
        if Terminal.showsWords { Terminal.progress(words) } else { Terminal.say(words) }
    }

    func finish() {
        if Terminal.showsWords { Terminal.progress("") }
    }
}
