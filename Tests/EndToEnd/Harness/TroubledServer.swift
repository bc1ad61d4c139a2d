import BlockingExecutor
import Foundation
import Glibc
import ServerRig
import TestSupport

/// A server of a test's own that can be killed and frozen.
protocol TroubledServer: Sendable {
    /// The settings by which processes find it; values are URLs with ports.
    var environment: [String: String] { get }
    func kill() async throws
    func startAgain() async throws
    func freeze() throws
    func thaw() throws
    func stop() async throws
}

extension StoreServer: TroubledServer {}

/// `logferry files` as a process of its own.
final class FilesServer: TroubledServer {
    let site: Site
    private let program = Locked<RunningProgram?>(nil)

    init() async throws {
        site = try Site()
        try await startAgain()
    }

    /// Where the file store is; its key is in the site's data folder.
    var environment: [String: String] { ["LOGFERRY_FIMIDARA_SERVER_URL": site.files("")] }

    func startAgain() async throws {
        let started = try RunningProgram(
            ["files"] + site.flags + ["--ops-port", String(site.opsPort)], folder: site.folder + "/logs")
        program.withLock { $0 = started }
        let site = site
        try await Fleet.until("the file store answers") {
            (try? await site.send("GET", site.ops("/readyz")))?.status == 200
        }
    }

    func kill() async throws {
        guard let running = program.withLock({ $0 }) else { return }
        running.signal(SIGKILL)
        _ = try await running.wait()
    }

    func freeze() throws { program.withLock { $0 }?.signal(SIGSTOP) }
    func thaw() throws { program.withLock { $0 }?.signal(SIGCONT) }

    func stop() async throws {
        guard let running = program.withLock({ $0 }) else { return }
        running.signal(SIGCONT)
        _ = try await site.stop(running)
    }
}

/// Redis servers for locks, the first of which is troubled.
final class RedisServers: TroubledServer {
    let environment: [String: String]
    private let folder: TemporaryFolder
    private let script = ServiceScript("redis")
    private let count: Int
    private let first: Locked<pid_t>

    init(_ count: Int) async throws {
        self.count = count
        folder = try TemporaryFolder()
        let servers = try await RedisServers.start(script, folder, count)
        first = Locked(servers[0].process)
        environment = ["LOGFERRY_REDIS_URLS": servers.map { "redis://127.0.0.1:\($0.port)" }.joined(separator: ",")]
    }

    private static func start(
        _ script: ServiceScript, _ folder: TemporaryFolder, _ count: Int
    ) async throws -> [(port: Int, process: pid_t)] {
        try await script.start(in: folder, [String(count)]).map { line in
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 2 else { throw HarnessError("no port and process: \(line)") }
            return (numbers[0], pid_t(numbers[1]))
        }
    }

    func kill() async throws { Glibc.kill(first.withLock { $0 }, SIGKILL) }

    func startAgain() async throws {
        let process = try await RedisServers.start(script, folder, count)[0].process
        first.withLock { $0 = process }
    }

    func freeze() throws { Glibc.kill(first.withLock { $0 }, SIGSTOP) }
    func thaw() throws { Glibc.kill(first.withLock { $0 }, SIGCONT) }
    func stop() async throws { try await script.stop(in: folder) }
}
