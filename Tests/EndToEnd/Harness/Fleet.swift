import Foundation
import ServerRig

/// An API and workers as processes of their own on one store, and a file store elsewhere.
final class Fleet: Sendable {
    /// Whose file store is used.
    let files: Site
    /// Where the API and the workers are.
    let site: Site
    let environment: [String: String]
    private let store: RunningProgram
    private let serve: RunningProgram

    /// Stands between the processes and the file store, if that was asked for.
    let proxy: FaultProxy?

    /// Starts the file store and the API, with more in their environment.
    init(more: [String: String] = [:], reachesFilesByProxy: Bool = false) async throws {
        files = try Site()
        // Its own worker finds no app to work for.
        store = try await files.startDev(["--consume-interval", "1h"], environment: more)
        site = try Site()
        let proxy = reachesFilesByProxy ? try FaultProxy(to: UInt16(files.filesPort)) : nil
        self.proxy = proxy
        let throughProxy = proxy.map { ["LOGFERRY_FIMIDARA_SERVER_URL": "http://127.0.0.1:\($0.port)"] }
        environment = try site.use(files).merging(throughProxy ?? [:]) { $1 }
        serve = try RunningProgram(
            ["serve"] + site.flags, environment: environment.merging(more) { $1 }, folder: site.folder + "/logs")
        let site = site
        try await Fleet.until("the API answers") {
            (try? await site.send("GET", site.api("/readyz")))?.status == 200
        }
    }

    /// Lets the file store fall silent: connections are taken, and nothing is answered.
    func freezeFiles() { store.signal(SIGSTOP) }

    /// Lets the file store go on.
    func thawFiles() { store.signal(SIGCONT) }

    /// Starts a worker, with more flags and more in its environment.
    func startWorker(
        _ flags: [String] = ["--consume-interval", "20ms"], more: [String: String] = [:]
    ) throws -> RunningProgram {
        try RunningProgram(
            ["work"] + site.flags + flags, environment: environment.merging(more) { $1 },
            folder: site.folder + "/logs")
    }

    /// An app of this fleet, and the same app as it writes into the file store.
    func register(_ name: String) async throws -> (app: Application, writer: Application) {
        let app = try await Application.register(name, at: site)
        let writer = Application(
            site: files, id: app.id, name: app.name, clientToken: app.clientToken, tokenID: app.tokenID)
        return (app, writer)
    }

    /// Runs a command on the fleet's store.
    func run(_ arguments: [String]) async throws -> Site.CommandResult {
        try await site.run(arguments, environment: environment)
    }

    /// Stops the API and the file store.
    /// - Returns: their exit codes.
    func stop() async throws -> [Int32] {
        defer { proxy?.stop() }
        return [try await site.stop(serve), try await files.stop(store)]
    }

    /// Waits until something is so.
    static func until(
        _ what: String, within limit: Duration = .seconds(120), _ isSo: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now.advanced(by: limit)
        while try await !isSo() {
            guard ContinuousClock.now < end else { throw HarnessError("not within \(limit): \(what)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
