import Foundation
import Glibc
import ServerRig
import TestSupport
import Testing

/// Workers whose locks are on Redis servers: `redis.urls` is all that differs.
@Suite(
    "Locks on Redis, as workers see them", .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["LOGFERRY_TEST_REDIS"] != nil))
struct LocksOnRedisTests {
    /// Three servers of a test's own.
    private struct Servers {
        let folder: TemporaryFolder
        let script = ServiceScript("redis")
        var ports: [Int] = []
        var processes: [pid_t] = []

        init() async throws {
            folder = try TemporaryFolder()
            try await start()
        }

        /// Starts those that do not run.
        mutating func start() async throws {
            let lines = try await script.start(in: folder, ["3"])
            let numbers = lines.map { $0.split(separator: " ").compactMap { Int($0) } }
            (ports, processes) = (numbers.map { $0[0] }, numbers.map { pid_t($0[1]) })
            try #require(ports.count == 3)
        }

        func kill(_ indexes: [Int]) { for index in indexes { Glibc.kill(processes[index], SIGKILL) } }

        var environment: [String: String] {
            ["LOGFERRY_REDIS_URLS": ports.map { "redis://127.0.0.1:\($0)" }.joined(separator: ",")]
        }
    }

    private static let flags = ["--consume-interval", "20ms", "--consume-lock-ttl", "1s"]

    @Test("two workers share a lock on three servers; with two of them down they pause and say so, then go on")
    func pause() async throws {
        var servers = try await Servers()
        let fleet = try await Fleet(more: servers.environment)
        let workers = try (0..<2).map { _ in
            try fleet.startWorker(LocksOnRedisTests.flags, more: servers.environment)
        }
        let log = try await Log(fleet)
        try await log.append()
        try await log.isStored()
        servers.kill([0])
        try await log.append()
        try await log.isStored()
        servers.kill([2])
        for worker in workers {
            try await Fleet.until("it says that it pauses") {
                worker.errorText.contains("consume-logs skipped: its lock cannot be asked for")
            }
        }
        // Nothing begins any more: what comes now waits.
        let stored = try await fleet.site.storedLines(of: log.app.name)
        try await log.append()
        try await Task.sleep(for: .milliseconds(500))
        #expect(try await fleet.site.storedLines(of: log.app.name) == stored)
        try await servers.start()
        try await log.isStored()
        for worker in workers { #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText)") }
        #expect(try await fleet.run(["verify"]).code == 0)
        #expect(try await fleet.stop() == [0, 0])
        try await servers.script.stop(in: servers.folder)
    }

    @Test("with redis.when_down = continue workers go on without locks, on the fence alone, and store nothing twice")
    func carryOn() async throws {
        let servers = try await Servers()
        let more = servers.environment.merging(["LOGFERRY_REDIS_WHEN_DOWN": "continue"]) { $1 }
        let fleet = try await Fleet(more: more)
        let workers = try (0..<2).map { _ in try fleet.startWorker(LocksOnRedisTests.flags, more: more) }
        let log = try await Log(fleet)
        try await log.append()
        try await log.isStored()
        servers.kill([0, 1, 2])
        for _ in 0..<5 { try await log.append() }
        try await log.isStored()
        for worker in workers {
            try await Fleet.until("it says that it has no locks") { worker.errorText.contains("locks cannot be had") }
            #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText)")
        }
        #expect(try await fleet.run(["verify"]).code == 0)
        #expect(try await fleet.stop() == [0, 0])
        try await servers.script.stop(in: servers.folder)
    }

    /// The log of one app.
    private final class Log {
        let app: Application
        private let fleet: Fleet
        private let writer: Application
        private let door: Application.Door
        private let piece = Corpus.made(lines: 500, seed: 31)
        private var written: [UInt8] = []

        init(_ fleet: Fleet) async throws {
            self.fleet = fleet
            (app, writer) = try await fleet.register("locked")
            door = try await app.initialise()
        }

        func append() async throws {
            let answer = try await writer.append(piece, to: door.file("2026-11-20"), with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            written += piece
        }

        /// Waits until all is stored, and only that.
        func isStored() async throws {
            let (fleet, name, count) = (fleet, app.name, written.count)
            try await Fleet.until("all is stored") { try await fleet.site.storedLines(of: name).count >= count }
            #expect(try await fleet.site.storedLines(of: name) == written)
        }
    }
}
