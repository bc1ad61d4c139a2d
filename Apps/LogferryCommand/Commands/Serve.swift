import ArgumentParser
import Composition
import IngestionJobs
import LogIngestion
import LogModel
import Server
import ServiceLifecycle
import Synchronization
import Worker

/// The HTTP API.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the HTTP API.",
        discussion: """
            Needs admin.key and internal.key; a worker (logferry work) does the ingestion. Without a file store it answers \
            questions about what the store holds, and init is answered 503.
            """)

    func run() async throws {
        ServiceRunner.begin()
        let settings = try GivenSettings.settings()
        try settings.demandStart(as: .serve)
        guard let adminKey = settings.adminKey, let internalKey = settings.internalKey else {
            throw SettingsError("serve needs admin.key and internal.key")
        }
        let deployment = try await Deployment(settings, waitsForStore: true, logger: settings.logger("store"))
        let doors = OpenDoors(count: 2)
        let server = try APIServer(
            deployment, adminKey: adminKey, internalKey: internalKey, logger: settings.logger("http")
        ) { port in
            Terminal.say("serving on \(settings.http.shown(port: port))")
            await doors.opened()
        }
        let ops = OpsServer(deployment, settings, doors)
        let runner = ServiceRunner(settings, as: .serve)
        let revocations = RevocationService(deployment, logger: settings.logger("revocations"))
        try await runner.run([server, revocations, ops], doors: doors, deployment: deployment)
        try await deployment.close()
        runner.sayEnd()
    }
}

/// The worker.
struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring appended lines into the store, again and again.",
        discussion: """
            Several workers may run; each kind of work is done by one of them at a time. Without a file store a worker \
            consumes nothing, and keeps the field catalogue and retention of what the store holds.
            """)

    @Flag(
        help: """
            Do each kind of work once and end; exit 75 when another worker was at it, or the store, the locks or a \
            source could not be reached. A signal ends it as it ends a worker, with status 130 or 143.
            """)
    var once = false

    func run() async throws {
        Deployment.boundMemory()
        if !once { ServiceRunner.begin() }
        let settings = try GivenSettings.settings()
        if !once { try settings.demandStart(as: .work) }
        let deployment = try await Deployment(settings, waitsForStore: true, logger: settings.logger("ingestion"))
        let worker = WorkerService(deployment, logger: settings.logger("worker"))
        if once { return try await runOnce(worker, deployment) }
        let doors = OpenDoors(count: 1)
        let ops = OpsServer(deployment, settings, doors)
        let runner = ServiceRunner(settings, as: .work)
        let revocations = RevocationService(deployment, logger: settings.logger("revocations"))
        try await runner.run([worker, revocations, ops], doors: doors, deployment: deployment)
        try await deployment.close()
        runner.sayEnd()
    }
}

extension Work {
    /// Does each kind of work once; a signal has what is under way handed back first, as that of a worker.
    private func runOnce(_ worker: WorkerService, _ deployment: Deployment) async throws {
        let done = Mutex<[WorkerService.Done]>([])
        let signal = try await ServiceRunner.untilSignal(deployment) {
            let found = await worker.tick()
            done.withLock { $0 = found }
        }
        let outcome = Result { try Work.report(done.withLock { $0 }) }
        try await deployment.close()
        if let signal { throw ExitCode(signal) }
        try outcome.get()
    }

    /// Says what came of each kind of work.
    /// - Throws: ``WorkFailed`` when one failed; an exit code of 75 when all that failed may pass, or another worker was
    ///   at the first of them.
    static func report(_ done: [WorkerService.Done]) throws {
        if !done.contains(where: { $0.kind == .consumeLogs }) {
            Terminal.say("consume-logs: left out: \(Deployment.noFileStore)")
        }
        var failure: String?
        var passing: String?
        for work in done {
            switch work.outcome {
            case .executed(let run)?:
                let found = run.figures
                if work.kind == .consumeLogs {
                    Terminal.say(
                        "\(counted(found.records, "record")), \(counted(found.rejects, "reject")), "
                            + "\(counted(found.bytes, "byte")) of \(counted(found.objects, "object")) of "
                            + "\(counted(found.apps, "app")); \(run.state.rawValue)")
                } else {
                    Terminal.say(
                        "\(work.kind.rawValue): \(counted(found.records, "record")); \(run.state.rawValue)")
                }
                if let error = run.error {
                    let words = "\(work.kind.rawValue): \(error)"
                    if ConsumeFigures.mayPass(error) { passing = passing ?? words } else { failure = failure ?? words }
                }
            case .skipped?:
                Terminal.say("\(work.kind.rawValue): skipped: another worker is at it")
            case nil:
                if work.trouble == nil { Terminal.say("\(work.kind.rawValue): not begun, since the end was asked for") }
            }
            guard let trouble = work.trouble else { continue }
            if trouble.mayPass { passing = passing ?? trouble.words } else { failure = failure ?? trouble.words }
        }
        if let passing { Terminal.complain(passing) }
        if let failure { throw WorkFailed(description: failure) }
        if passing != nil { throw ExitCode(ExitStatus.tryAgain.rawValue) }
        // What was asked for first is consumption; without it, upkeep is.
        guard case .skipped? = done.first?.outcome else { return }
        throw ExitCode(ExitStatus.tryAgain.rawValue)
    }
}

/// A run that was done by hand and failed.
struct WorkFailed: Error, CustomStringConvertible {
    let description: String
}

extension OpsServer {
    /// The listener of a process that says where it can be looked at.
    init(_ deployment: Deployment, _ settings: Settings, _ doors: OpenDoors) {
        self.init(deployment, logger: settings.logger("ops")) { port in
            Terminal.say("metrics on \(settings.ops.shown(port: port, path: "/metrics"))")
            await doors.opened()
        }
    }
}
