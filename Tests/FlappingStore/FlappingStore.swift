import Composition
import Foundation
import LocalFimidaraAdapter
import LogModel
import Logging
import Server
import ServiceLifecycle
import SystemAdapter
import UnixSignals

/// The file store with faults, as a process that can be killed: `FlappingStore PORT FOLDER KEY CALM-FILE SEED`.
///
/// While the calm file is there it behaves. Otherwise moods follow one another by a schedule from the seed, a second or
/// so each. While `CALM-FILE.older` is there, reads show the beginnings of files. In moods answers are lost, bodies cut, requests stalled or delayed, tokens refused, appends refused.
@main
struct FlappingStore {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 6, let port = Int(arguments[1]), let seed = UInt64(arguments[5]) else {
            FileHandle.standardError.write(Data("FlappingStore PORT FOLDER KEY CALM-FILE SEED\n".utf8))
            exit(2)
        }
        let moods = Moods(seed: seed, calmFile: arguments[4])
        let engine = try await LocalFimidara.open(
            LocalFimidara.Settings(directory: arguments[2], rootname: "logferry", adminSecret: Secret(arguments[3])),
            clock: SystemClock(), entropy: SystemEntropy(), faults: Faults { moods.faults(on: $0) })
        let settings = try Settings(
            SettingsSource(flags: ["local_fimidara.port": String(port)], environment: [:], file: nil))
        let server = try FileStoreServer(
            EmbeddedFileStore(engine), settings: settings,
            logger: Logger(label: "flapping") { _ in SwiftLogNoOpLogHandler() })
        var group = ServiceGroupConfiguration(
            services: [server], gracefulShutdownSignals: [.sigterm], logger: Logger(label: "group"))
        // A request that is stalled does not end by itself.
        group.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }
}
