import AppRegistry
import ArgumentParser
import Composition
import LogModel
import Server
import ServiceLifecycle
import Synchronization
import Worker

/// Everything in one process.
struct Dev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the API, the worker and a file store in one process, on this machine.",
        discussion: "Keys are made in the data folder. Ctrl-C stops; the next start goes on where this one stopped.")

    @Flag(help: "Run a demo application that logs through init and append.")
    var demo = false

    func run() async throws {
        ServiceRunner.begin()
        let settings = try GivenSettings.settings(defaults: ProcessMode.dev.defaults)
        try settings.demandStart(as: .dev)
        let deployment = try await Deployment(settings, makesFileStore: true, logger: settings.logger("ingestion"))
        let adminKey = try settings.adminKey ?? deployment.data.secret("admin.key", from: deployment.entropy)
        let internalKey = try settings.internalKey ?? deployment.data.secret("internal.key", from: deployment.entropy)
        let embedded = try await deployment.openEmbeddedFileStore()
        let doors = OpenDoors(count: 3)
        let ports = OpenPorts()
        let files = try FileStoreServer(
            embedded, settings: settings, logger: settings.logger("local-fimidara")
        ) { port in
            ports.note(port, .files, of: settings.localFimidara)
            await doors.opened()
        }
        let server = try APIServer(
            deployment, adminKey: adminKey, internalKey: internalKey, logger: settings.logger("http")
        ) { port in
            ports.note(port, .api, of: settings.http)
            await doors.opened()
        }
        let ops = OpsServer(deployment, logger: settings.logger("ops")) { port in
            ports.note(port, .metrics, of: settings.ops)
            await doors.opened()
        }
        let watch = FileStoreWatch(
            embedded, settings: settings, telemetry: deployment.telemetry, logger: settings.logger("local-fimidara"))
        let revocations = RevocationService(deployment, logger: settings.logger("revocations"))
        var services: [any Service] = [files, server, ops, watch, revocations]
        let application =
            demo
            ? try await DemoApplication(
                deployment, serverURL: { ports.url(.api) }, logger: settings.logger("demo")) : nil
        services.append(
            Delayed(WorkerService(deployment, logger: settings.logger("worker")), until: doors) {
                Dev.welcome(settings, ports, application)
            })
        if let application { services.append(Delayed(application, until: doors)) }
        let runner = ServiceRunner(settings, as: .dev)
        try await runner.run(services, doors: doors, deployment: deployment)
        try await embedded.close()
        try await deployment.close()
        runner.sayEnd()
    }

    /// Says where everything is: in a block for people, in entries of a log.
    private static func welcome(_ settings: Settings, _ ports: OpenPorts, _ demo: DemoApplication?) {
        guard !Terminal.writesEntries else {
            Terminal.say("serving on \(ports.url(.api))")
            Terminal.say("file store on \(ports.url(.files))")
            Terminal.say("metrics on \(ports.url(.metrics))/metrics")
            let data = settings.dataDirectory
            if let demo {
                let token = "\(data)/\(DemoApplication.tokenFile)"
                Terminal.say("the demo application \(demo.app.name) logs; its token is in \(token)")
            }
            return
        }
        Terminal.say(lines: banner(settings, ports))
        if let demo { Terminal.say(lines: invitation(demo, data: settings.dataDirectory)) }
    }

    private static func banner(_ settings: Settings, _ ports: OpenPorts) -> String {
        """
        API          \(ports.url(.api))
        file store   \(ports.url(.files))
        metrics      \(ports.url(.metrics))/metrics
        data         \(settings.dataDirectory)
        admin key    in \(settings.dataDirectory)/admin.key
        """
    }

    private static func invitation(_ demo: DemoApplication, data: String) -> String {
        let place = data == "./logferry-data" ? "" : " --data-dir \(shellWord(data))"
        let program = shellWord(CommandLine.arguments[0])
        return """

            The demo application "\(demo.app.name)" logs a few lines every two seconds.
            app id       \(demo.app.id)
            its token    in \(data)/\(DemoApplication.tokenFile)

            Try, in another terminal:
              \(program) query --app \(shellWord(demo.app.name.text)) --from 5m\(place)
              \(program) query --app \(shellWord(demo.app.name.text)) --count\(place)
              \(program) tail --app \(shellWord(demo.app.name.text))\(place)

            Ctrl-C stops; the next start goes on where this one stopped.
            """
    }
}

/// Which ports the listeners have that are open.
final class OpenPorts: Sendable {
    private let urls = Mutex<[Listener: String]>([:])

    /// What listens.
    enum Listener { case api, files, metrics }

    /// Notes the port that a listener has.
    func note(_ port: Int, _ listener: Listener, of given: Settings.Listener) {
        urls.withLock { $0[listener] = given.url(port: port) }
    }

    /// Where a listener is; empty while it is not open.
    func url(_ listener: Listener) -> String { urls.withLock { $0[listener] ?? "" } }
}

/// Counts the listeners that are open.
actor OpenDoors {
    private var left: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) { left = count }

    func opened() {
        left -= 1
        guard left <= 0 else { return }
        for waiter in waiting { waiter.resume() }
        waiting = []
    }

    func wait() async {
        guard left > 0 else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// Lets everybody in who waits, since nothing more will open.
    func giveUp() {
        left = 0
        for waiter in waiting { waiter.resume() }
        waiting = []
    }
}

/// A service that begins when all doors are open.
struct Delayed: Service, CustomStringConvertible {
    private let service: any Service
    private let doors: OpenDoors
    private let onStart: @Sendable () -> Void

    /// What it is, in few words: the log of services says so.
    var description: String { "\(type(of: service))" }

    init(_ service: any Service, until doors: OpenDoors, onStart: @Sendable @escaping () -> Void = {}) {
        self.service = service
        self.doors = doors
        self.onStart = onStart
    }

    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await doors.wait()
        } onCancelOrGracefulShutdown: {
            Task { await doors.giveUp() }
        }
        guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
        onStart()
        try await service.run()
    }
}
