import AppRegistry
import ArgumentParser
import Composition
import LogModel
import Server
import ServiceLifecycle
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
        // Who tries something out looks for it at once.
        let settings = try GivenSettings.settings(defaults: ["consume.interval": "1s"])
        guard settings.fimidaraURL == nil else {
            throw SettingsError("dev brings its own file store; with fimidara.server_url use serve and work")
        }
        let deployment = try await Deployment(settings, makesFileStore: true, logger: settings.logger("ingestion"))
        let adminKey = try settings.adminKey ?? deployment.data.secret("admin.key", from: deployment.entropy)
        let internalKey = try settings.internalKey ?? deployment.data.secret("internal.key", from: deployment.entropy)
        let embedded = try await deployment.openEmbeddedFileStore()
        let doors = OpenDoors(count: 3)
        let files = try FileStoreServer(
            embedded, settings: settings, logger: settings.logger("local-fimidara")
        ) { _ in await doors.opened() }
        let server = try APIServer(
            deployment, adminKey: adminKey, internalKey: internalKey, logger: settings.logger("http")
        ) { port in
            Terminal.say(Dev.banner(settings, port: port))
            await doors.opened()
        }
        let ops = OpsServer(deployment, logger: settings.logger("ops")) { port in
            Terminal.say("metrics      \(settings.ops.url(port: port))/metrics")
            await doors.opened()
        }
        var services: [any Service] = [files, server, ops]
        services.append(Delayed(WorkerService(deployment, logger: settings.logger("worker")), until: doors))
        if demo {
            let application = try await DemoApplication(deployment, logger: settings.logger("demo"))
            services.append(
                Delayed(application, until: doors) {
                    Terminal.say(Dev.invitation(application, data: settings.dataDirectory))
                })
        }
        try await ServiceRunner(settings).run(
            services, binding: [settings.http, settings.ops, settings.localFimidara], doors: doors,
            deployment: deployment)
        try await embedded.close()
        try await deployment.close()
    }

    private static func banner(_ settings: Settings, port: Int) -> String {
        """
        API          \(settings.http.url(port: port))
        file store   \(settings.localFimidara.localURL)
        data         \(settings.dataDirectory)
        admin key    in \(settings.dataDirectory)/admin.key
        """
    }

    private static func invitation(_ demo: DemoApplication, data: String) -> String {
        let place = data == "./logferry-data" ? "" : " --data-dir \(data)"
        let program = CommandLine.arguments[0]
        return """

            The demo application "\(demo.app.name)" logs a few lines every two seconds.
            app id       \(demo.app.id)
            its token    \(demo.token.reveal { $0 })

            Try, in another terminal:
              \(program) query --app \(demo.app.name) --from 5m\(place)
              \(program) query --app \(demo.app.name) --count\(place)
              \(program) tail --app \(demo.app.name)\(place)

            Ctrl-C stops; the next start goes on where this one stopped.
            """
    }
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
