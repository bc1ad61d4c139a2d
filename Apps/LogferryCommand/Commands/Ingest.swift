import AppRegistry
import ArgumentParser
import Composition
import IngestionJobs
import LogIngestion
import Synchronization

/// Local files, taken once.
struct Ingest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take local NDJSON files in, each once.",
        discussion: """
            A file is an object of its own, known by its path and its inode. Taking it again brings only what was \
            appended since; stopping in the middle loses and doubles nothing. A last line without its newline waits until \
            it is a whole JSON object, and a batch of an SDK until it is whole. A file that was renamed is another one. One \
            that became shorter, or was replaced, begins anew: it says so, and its lines are taken again.

            "-" is standard input, received to its end first. It is known by its bytes: the same ones again bring nothing.

            A file that fails leaves the others alone. Exit 1 when one could not be taken, 65 when nothing of one could be \
            taken (it says what it seems to be), 75 when one may be taken later.
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
        let intake = try await deployment.fileIntake(of: files, anyway: anyway)
        let found = Mutex<[FileIntake.Outcome]>([])
        // What is claimed is handed back, also when a signal asks for the end.
        let signal = try await ServiceRunner.untilSignal(deployment) {
            let outcomes = await intake.run(for: owner) { meter.show($0) }
            found.withLock { $0 = outcomes }
        }
        meter.finish()
        let summary = IntakeSummary(found.withLock { $0 })
        if summary.records > 0, signal == nil { await Ingest.bringFieldsUpToDate(deployment) }
        if json { Terminal.json(summary.json) } else { summary.say(of: owner) }
        summary.sayOfFiles()
        try await deployment.close()
        if let signal { throw ExitCode(signal) }
        if summary.status != .success { throw ExitCode(summary.status.rawValue) }
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
