import Foundation
import ServerRig
import TestSupport
import Testing

/// Database servers that run out of room, or whose clock is not the workers'.
@Suite("Database servers in trouble", .serialized)
struct DatabaseTroubleTests {
    private static let servers = StoreKind.available.filter { $0 != .sqlite }

    @Test("a server without room fails the run, which says so; with room all lines are there once", arguments: servers)
    func fullDisk(_ kind: StoreKind) async throws {
        let disk = try await FullDisk()
        let store = try await StoreServer(kind, more: disk.environment)
        let scene = try await Scene(store)
        try scene.work(1)
        for (round, isFull) in [false, true, false].enumerated() {
            if isFull { try disk.fill() }
            try await scene.append(lines: 20_000, seed: UInt64(round + 31))
            if isFull {
                // MongoDB ends itself when it cannot keep its journal, and says why in its own log.
                let words = kind == .mongo ? "No suitable servers found" : "No space left on device"
                try await scene.workerSays(words)
                try disk.empty()
                if kind == .mongo {
                    #expect(store.log.contains("No space left on device"))
                    try await store.startAgain()
                }
            }
            try await scene.allIsStored()
        }
        try await scene.finish()
    }

    @Test("a server whose clock steps an hour ahead and back costs no line and doubles none", arguments: servers)
    func steppingClock(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let time = try ShiftedTime(library: try await ShiftedTime.compiled(in: folder.path), in: folder.path)
        let store = try await StoreServer(kind, more: time.environment)
        let scene = try await Scene(store)
        try scene.work(2)
        for (round, hours) in [0, 1, 1, 0].enumerated() {
            try time.shift(hours: Int64(hours))
            try await scene.append(lines: 3000, seed: UInt64(round + 51))
            try await scene.allIsStored()
        }
        try await scene.finish()
    }
}

/// One app whose lines workers bring into a server.
private final class Scene {
    private let store: StoreServer
    private let environment: [String: String]
    private let fleet: Fleet
    private let app: Application
    private let writer: Application
    private let door: Application.Door
    private var workers: [RunningProgram] = []
    private var expected: [UInt8] = []

    init(_ store: StoreServer) async throws {
        self.store = store
        // A server that is away is said to be so soon.
        environment = store.environment.mapValues {
            store.kind == .mongo ? $0 + "&serverSelectionTimeoutMS=1000" : $0
        }
        fleet = try await Fleet(more: environment)
        (app, writer) = try await fleet.register("trouble")
        door = try await app.initialise()
    }

    /// Starts so many workers.
    func work(_ count: Int) throws {
        for _ in 0..<count {
            workers.append(
                try fleet.startWorker(
                    ["--consume-interval", "50ms", "--ops-port", String(try Site().opsPort)], more: environment))
        }
    }

    /// Waits until a worker has said something.
    func workerSays(_ words: String) async throws {
        try await until("a worker says \"\(words)\"") { workers.contains { $0.errorText.contains(words) } }
    }

    private func until(_ what: String, _ isSo: () async throws -> Bool) async throws {
        do {
            try await Fleet.until(what, isSo)
        } catch {
            let said = workers.map { String($0.errorText.suffix(2000)) }.joined(separator: "\n--\n")
            throw HarnessError("\(error)\n\(said)\n\(store.log.suffix(2000))")
        }
    }

    func append(lines: Int, seed: UInt64) async throws {
        let bytes = Corpus.made(lines: lines, seed: seed)
        let answer = try await writer.append(bytes, to: door.file("2026-11-20"), with: door.token)
        try #require(answer.status == 200, "\(answer.text)")
        expected += bytes
    }

    /// Waits until as many lines are stored as were appended.
    func allIsStored() async throws {
        let admin = try fleet.site.secret("admin.key")
        let lines = expected.count { $0 == 0x0A }
        try await until("\(lines) lines are stored") {
            let answer = try await fleet.site.call("GET", fleet.site.api("/v1/logs/count?app=trouble"), admin)
            return answer.json["count"] as? Int == lines
        }
    }

    /// Compares every byte, and stops all that runs.
    func finish() async throws {
        let isSame = try await fleet.site.storedLines(of: "trouble") == expected
        #expect(isSame)
        let verified = try await fleet.site.run(
            ["verify"], environment: fleet.environment.merging(environment) { $1 })
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        for worker in workers {
            #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText.suffix(1000))")
        }
        #expect(try await fleet.stop() == [0, 0])
        try await store.stop()
    }
}
