import Foundation
import Glibc
import ServerRig
import Testing

/// A file store with faults, an API and a worker, each a process that can be killed.
final class FlappingScene {
    let site: Site
    private let storePort: Int
    private let key = "flapping-administrator-secret-0123"
    private let seed: UInt64
    private let calmFile: String
    private let environment: [String: String]
    private var store: RunningProgram
    private let serve: RunningProgram
    private var worker: RunningProgram
    private(set) var restarts = 0

    /// Starts everything; the store is calm at first.
    init(seed: UInt64) async throws {
        self.seed = seed
        site = try Site()
        storePort = site.filesPort
        calmFile = site.folder + "/calm"
        let admin = String(repeating: "a", count: 32)
        environment = [
            "LOGFERRY_FIMIDARA_SERVER_URL": "http://127.0.0.1:\(storePort)", "LOGFERRY_FIMIDARA_AUTH_TOKEN": key,
            "LOGFERRY_ADMIN_KEY": admin, "LOGFERRY_INTERNAL_KEY": String(repeating: "i", count: 32),
        ]
        try site.keep("admin.key", admin)
        try site.keep("internal.key", environment["LOGFERRY_INTERNAL_KEY"] ?? "")
        try Data().write(to: URL(fileURLWithPath: calmFile))
        store = try FlappingScene.startStore(site, storePort, key, calmFile, seed)
        serve = try RunningProgram(
            ["serve"] + FlappingScene.flags(site), environment: environment, folder: site.folder + "/logs")
        worker = try RunningProgram(
            ["work"] + FlappingScene.flags(site), environment: environment, folder: site.folder + "/logs")
        let site = site
        try await Fleet.until("the API answers") {
            (try? await site.send("GET", site.api("/readyz")))?.status == 200
        }
        try await Fleet.until("the store answers") { (try? await site.send("GET", site.files("/v1/"))) != nil }
    }

    /// Lets the store's moods loose.
    func unleash() { unlink(calmFile) }

    /// Makes the store behave.
    func calm() { close(open(calmFile, O_WRONLY | O_CREAT, 0o600)) }

    /// Lets reads show no more than the first bytes of each file, or all of it again when `count` is `nil`.
    func showBeginnings(_ count: Int?) throws {
        guard let count else { return _ = unlink(calmFile + ".older") }
        try Data(String(count).utf8).write(to: URL(fileURLWithPath: calmFile + ".older"), options: .atomic)
    }

    /// What the worker has logged.
    var workerLog: String { worker.errorText }

    /// Kills the store and starts it again after a while, in which connections are refused.
    func restartStore(after gap: Duration) async throws {
        store.signal(SIGKILL)
        _ = try await store.wait()
        try await Task.sleep(for: gap)
        restarts += 1
        // The schedule of moods begins anew, so that another seed keeps it from repeating itself.
        store = try FlappingScene.startStore(site, storePort, key, calmFile, seed &+ UInt64(restarts) &* 1000)
    }

    /// Kills the worker and starts another one.
    func restartWorker() async throws {
        worker.signal(SIGKILL)
        _ = try await worker.wait()
        worker = try RunningProgram(
            ["work"] + FlappingScene.flags(site), environment: environment, folder: site.folder + "/logs")
    }

    /// What a killed worker held is free again after two seconds.
    private static func flags(_ site: Site) -> [String] {
        site.flags + ["--consume-interval", "100ms", "--consume-lock-ttl", "2s"]
    }

    /// Waits until a run visits everything and finds nothing new.
    func catchUp() async throws {
        // A worker that waits for a stalled answer, or backs off, would only cost time now.
        try await restartWorker()
        let site = site
        try await Fleet.until("a run finds nothing new", within: .seconds(300)) {
            guard let run = try await site.consume() else { return false }
            return run["state"] as? String == "finished" && run["bytes"] as? Int == 0
        }
    }

    /// Runs a command on the scene's store.
    func run(_ arguments: [String]) async throws -> Site.CommandResult {
        try await site.run(arguments, environment: environment)
    }

    /// Ends everything gracefully.
    func stop() async throws {
        #expect(try await site.stop(worker) == 0, "\(worker.errorText.suffix(2000))")
        #expect(try await site.stop(serve) == 0, "\(serve.errorText.suffix(2000))")
        #expect(try await site.stop(store) == 0, "\(store.errorText.suffix(2000))")
    }

    private static func startStore(
        _ site: Site, _ port: Int, _ key: String, _ calmFile: String, _ seed: UInt64
    ) throws -> RunningProgram {
        try RunningProgram(
            [String(port), site.folder + "/store", key, calmFile, String(seed)], folder: site.folder + "/logs",
            program: RunningProgram.beside("FlappingStore"))
    }
}
