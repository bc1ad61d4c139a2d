import ArgumentParser
import Composition
import Foundation
import LogModel
import Server

/// The HTTP API as `logferry serve` has it, in a process of its own, over a folder that is there.
struct ServeAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve-api", abstract: "Serves the API; \"requests\" starts this by itself.", shouldDisplay: false)

    @Option(help: "The folder of store and files.")
    var directory: String

    func run() async throws {
        let key = Secret(ProcessInfo.processInfo.environment[CaseTask.keyVariable] ?? "")
        let settings = try Settings(
            SettingsSource(
                // The rate is there to stop what this is.
                flags: [
                    "data.dir": directory, "http.port": "0", "local_fimidara.port": "\(LoopbackSocket.freePort())",
                    "sdk.init_rate": "60000000/min",
                ], environment: [:], file: nil))
        let deployment = try await Deployment(settings, makesFileStore: true, logger: ChildServer.logger)
        let embedded = try await deployment.openEmbeddedFileStore()
        try await ChildServer.run(
            try FileStoreServer(embedded, settings: settings, logger: ChildServer.logger),
            APIServer(deployment, adminKey: key, internalKey: key, logger: ChildServer.logger) { port in
                ChildServer.ready(port)
            })
        try await embedded.close()
        try await deployment.close()
    }
}
