import Glibc
import ServerRig
import TestSupport

/// A server of a test's own, which it may kill.
final class OwnServer: Sendable {
    let url: String
    /// The file of the authority that signed its certificate.
    let authority: String
    private let folder: TemporaryFolder

    private init(_ folder: TemporaryFolder, _ lines: [Substring]) throws {
        self.folder = folder
        url = try lines.variable("LOGFERRY_TEST_POSTGRES")
        authority = try lines.variable("LOGFERRY_TEST_POSTGRES_CA")
    }

    /// Starts one, with more in its script's environment, lends it to `work` and stops it.
    static func run(environment: [String: String] = [:], _ work: (OwnServer) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let server = try OwnServer(folder, try await script.start(in: folder, environment: environment))
        do {
            try await work(server)
        } catch {
            try await script.stop(in: folder)
            throw error
        }
        try await script.stop(in: folder)
    }

    /// Kills the server's first process, as a crash would; the others end when they notice.
    func kill() throws { try OwnServer.script.kill(in: folder) }

    /// Lets it fall silent: connections stay, and nothing is answered.
    func freeze() throws { try OwnServer.script.signal(SIGSTOP, in: folder) }

    /// Lets it go on.
    func thaw() throws { try OwnServer.script.signal(SIGCONT, in: folder) }

    /// Starts the server again, where it was.
    func startAgain() async throws { _ = try await OwnServer.script.start(in: folder) }

    private static let script = ServiceScript("postgres")
}
