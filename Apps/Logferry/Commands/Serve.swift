import ArgumentParser
import Composition
import IngestionJobs
import LogModel
import Server
import ServiceLifecycle
import Worker

/// The HTTP API.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the HTTP API.",
        discussion: "Needs admin.key and internal.key; a worker (logferry work) does the ingestion.")

    func run() async throws {
        let settings = try GivenSettings.settings()
        guard let adminKey = settings.adminKey, let internalKey = settings.internalKey else {
            throw SettingsError(
                "serve needs admin.key and internal.key: set LOGFERRY_ADMIN_KEY and LOGFERRY_INTERNAL_KEY, or …_FILE")
        }
        let deployment = try await Deployment(settings, waitsForStore: true, logger: settings.logger("store"))
        let server = try APIServer(
            deployment, adminKey: adminKey, internalKey: internalKey, logger: settings.logger("http")
        ) { port in
            Terminal.say("serving on \(settings.http.url(port: port))")
        }
        let ops = OpsServer(deployment, settings)
        try await ServiceRunner(settings).run([server, ops], binding: [settings.http, settings.ops])
        try await deployment.close()
    }
}

/// The worker.
struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring appended lines into the store, again and again.",
        discussion: "Several workers may run; each kind of work is done by one of them at a time.")

    @Flag(help: "Do each kind of work once and end; exit 75 when another worker was at it.")
    var once = false

    func run() async throws {
        Deployment.boundMemory()
        let settings = try GivenSettings.settings()
        let deployment = try await Deployment(settings, waitsForStore: true, logger: settings.logger("ingestion"))
        let worker = try WorkerService(deployment, logger: settings.logger("worker"))
        if once {
            switch await worker.tick() {
            case .executed(let run)?:
                Terminal.say(
                    "\(run.figures.records) records, \(run.figures.rejects) rejects, \(run.figures.bytes) bytes of "
                        + "\(run.figures.objects) objects of \(run.figures.apps) apps; \(run.state.rawValue)")
                if let error = run.error { throw WorkFailed(description: error) }
            case .skipped?:
                Terminal.say("skipped: another worker is at it")
                throw ExitCode(ExitStatus.tryAgain.rawValue)
            case nil: throw WorkFailed(description: "the run could not begin; the log says why")
            }
        } else {
            let ops = OpsServer(deployment, settings)
            try await ServiceRunner(settings).run([worker, ops], binding: [settings.ops])
        }
        try await deployment.close()
    }
}

/// A run that was done by hand and failed.
struct WorkFailed: Error, CustomStringConvertible {
    let description: String
}

extension Settings.Listener {
    /// The address that people open, when the port is this one.
    func url(port: Int) -> String { Settings.Listener(host: host, port: port).localURL }
}

extension OpsServer {
    /// The listener of a process that says where it can be looked at.
    init(_ deployment: Deployment, _ settings: Settings) {
        self.init(deployment, logger: settings.logger("ops")) { port in
            Terminal.say("metrics on \(settings.ops.url(port: port))/metrics")
        }
    }
}
