import ArgumentParser
import Composition
import LogModel
import Server
import ServiceLifecycle

/// Our own file store, as a server by itself.
struct Files: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the file store that applications append to, on this machine's disk.",
        discussion: """
            It speaks fimidara's interface. Processes with the same data folder (serve, work) find it by themselves; \
            others get fimidara.server_url and, as fimidara.auth_token, the key that "logferry files token" tells of.
            """,
        subcommands: [Run.self, Token.self], defaultSubcommand: Run.self)

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Run the file store (the default).")

        func run() async throws {
            ServiceRunner.begin()
            let settings = try GivenSettings.settings(defaults: ProcessMode.files.defaults)
            try settings.demandStart(as: .files)
            let logger = settings.logger("local-fimidara")
            let deployment = try await FileStoreDeployment(settings, logger: logger)
            let doors = OpenDoors(count: 2)
            let files = try FileStoreServer(deployment.store, settings: settings, logger: logger) { port in
                Terminal.say("file store on \(settings.localFimidara.shown(port: port))")
                await doors.opened()
            }
            let watch = FileStoreWatch(
                deployment.store, settings: settings, telemetry: deployment.telemetry, logger: logger)
            let ops = OpsServer(deployment, logger: settings.logger("ops")) { port in
                Terminal.say("metrics on \(settings.ops.shown(port: port, path: "/metrics"))")
                await doors.opened()
            }
            let runner = ServiceRunner(settings, as: .files)
            try await runner.run([files, watch, ops], doors: doors) {
                (try? await deployment.store.check()) != nil
            }
            try await deployment.close()
            runner.sayEnd()
        }
    }

    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell which file holds the administrator's key, which others need as fimidara.auth_token.",
            discussion: """
                The key is made at first use, in a file that its owner alone can read; LOGFERRY_FIMIDARA_AUTH_TOKEN_FILE \
                can name that file, or a copy of it on another machine. To have another key, stop the file store, remove \
                the file, and start it again: the former key opens nothing from then on.
                """)

        @Flag(help: "Write the key itself to standard output.")
        var show = false

        func run() async throws {
            let key = try FileStoreDeployment.key(of: try GivenSettings.settings())
            Terminal.line(show ? key.secret.reveal { $0 } : key.file)
        }
    }
}
