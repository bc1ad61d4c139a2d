import BlockingExecutor
import Foundation
import LogModel
import ServerRig
import TestSupport
import Testing

@testable import RedisAdapter

/// The servers that `Tests/run` has started for all suites.
enum SharedRedis {
    private static let environment = ProcessInfo.processInfo.environment
    static let single = environment["LOGFERRY_TEST_REDIS"]
    static let five = environment["LOGFERRY_TEST_REDLOCK"]?.split(separator: ",").map(String.init)
    static let isThere = single != nil && five?.count == 5
    static let missing = "Tests/services/redis start FOLDER prints the variables that this suite wants"

    /// Waits longer for a server than a service does: the machine may be busy with other tests.
    static let patience: ClosedRange<Duration> = .seconds(2) ... .seconds(2)

    static func store(_ urls: [String], patience: ClosedRange<Duration> = patience) throws -> RedisLockStore {
        try RedisLockStore(
            urls.map { try RedisAddress($0) }, nodeTimeout: patience, entropy: FreshEntropy())
    }
}

/// Servers of one test's own, which it may pause, kill and start again.
final class RedisServers: Sendable {
    private struct Server {
        let port: Int
        let pid: pid_t
    }

    private let folder: TemporaryFolder
    private let options: [String]
    private let running: Locked<[Server]>
    private var servers: [Server] { running.withLock { $0 } }

    private init(folder: TemporaryFolder, options: [String], servers: [Server]) {
        self.folder = folder
        self.options = options
        running = Locked(servers)
    }

    static func start(_ count: Int, _ options: String...) async throws -> RedisServers {
        let folder = try TemporaryFolder()
        return RedisServers(
            folder: folder, options: options, servers: try await start(count, in: folder, options))
    }

    /// Starts those again that have ended, where they were.
    func startAgain() async throws {
        let started = try await RedisServers.start(servers.count, in: folder, options)
        running.withLock { $0 = started }
    }

    private static func start(
        _ count: Int, in folder: TemporaryFolder, _ options: [String]
    ) async throws -> [Server] {
        let lines = try await ServiceScript("redis").start(in: folder, [String(count)] + options)
        let servers = lines.compactMap { line -> Server? in
            let parts = line.split(separator: " ").compactMap { Int($0) }
            return parts.count == 2 ? Server(port: parts[0], pid: pid_t(parts[1])) : nil
        }
        try #require(servers.count == count)
        return servers
    }

    deinit {
        for server in servers { kill(server.pid, SIGKILL) }
    }

    var urls: [String] { servers.map { "redis://127.0.0.1:\($0.port)" } }
    func pause(_ index: Int) { kill(servers[index].pid, SIGSTOP) }
    func goOn(_ index: Int) { kill(servers[index].pid, SIGCONT) }

    /// Kills a server and waits until it is gone.
    func end(_ index: Int) async {
        let pid = servers[index].pid
        kill(pid, SIGKILL)
        await eventually {
            guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return true }
            return status.contains("State:\tZ") || status.contains("State:\tX")
        }
    }
}
