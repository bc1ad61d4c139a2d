import Foundation
import Glibc
import ServerRig
import TestSupport
import Testing

/// The time of day stands still; the time that passes goes on.
@Suite("Clocks that stand still", .serialized, .timeLimit(.minutes(10)))
struct StoppedClockTests {
    private static let servers = StoreKind.available.filter { $0 != .sqlite }

    @Test(
        "T90, T94: while the clocks of all processes stand still lines go on, locks and deadlines end, so do processes")
    func processes() async throws {
        let folder = try TemporaryFolder()
        let time = try ShiftedTime(library: try await ShiftedTime.compiled(in: folder.path), in: folder.path)
        let fleet = try await Fleet(more: time.environment)
        let (app, writer) = try await fleet.register("still")
        let flags = ["--consume-interval", "50ms", "--consume-lock-ttl", "2s"]
        var worker = try fleet.startWorker(flags, more: time.environment)
        let admin = try fleet.site.secret("admin.key")
        var expected: [UInt8] = []
        let append = { (seed: UInt64) in
            let door = try await app.initialise()
            let bytes = Corpus.made(lines: 200, seed: seed)
            let answer = try await writer.append(bytes, to: door.file("2026-11-20"), with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            expected += bytes
        }
        let allIsStored = { (words: String) in
            let (start, lines) = (ContinuousClock.now, expected.count { $0 == 0x0A })
            try await Fleet.until("\(words)\n\(worker.errorText.suffix(1500))") {
                let answer = try await fleet.site.call("GET", fleet.site.api("/v1/logs/count?app=still"), admin)
                return answer.json["count"] as? Int == lines
            }
            print("\(words): \(ContinuousClock.now - start)")
        }
        try await append(1)
        try await allIsStored("lines before")
        try time.standStill()
        for seed in 2..<6 {
            try await append(UInt64(seed))
            try await allIsStored("lines while the clock stands still")
        }
        // What a worker that was killed held ends by passing time.
        worker.signal(SIGKILL)
        _ = try await worker.wait()
        worker = try fleet.startWorker(flags, more: time.environment)
        try await append(6)
        try await allIsStored("lines of the worker that takes over")
        // Deadlines, pauses and probes go by passing time.
        fleet.freezeFiles()
        let start = ContinuousClock.now
        let answer = try await fleet.site.call("POST", fleet.site.api("/v1/sdk/init"), app.clientToken, "{}")
        let waited = ContinuousClock.now - start
        print("init while the file store is frozen: \(waited)")
        #expect(answer.status == 503 && waited < .seconds(25), "\(answer.text)")
        try await Fleet.until("the watchdog speaks") {
            worker.errorText.contains("a call has had no answer for long")
        }
        fleet.thawFiles()
        // Within ten seconds it is tried whether the file store answers again.
        try await Fleet.until("an init is answered") { (try? await app.initialise()) != nil }
        try await append(7)
        try await allIsStored("lines behind a frozen file store")
        // The day is over and a line is not: it is not sealed as long as no time passes.
        try time.shift(hours: 0)
        try await append(8)
        try await allIsStored("lines once the clock goes on")
        #expect(try await fleet.site.storedLines(of: "still") == expected)
        #expect(try await fleet.run(["verify"]).code == 0)
        try time.standStill()
        #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText.suffix(1000))")
        #expect(try await fleet.stop() == [0, 0])
    }

    @Test(
        "T90: while the clock of the database's server stands still nothing is lost or doubled; leases of the dead end later",
        arguments: servers)
    func server(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let time = try ShiftedTime(library: try await ShiftedTime.compiled(in: folder.path), in: folder.path)
        let store = try await StoreServer(kind, more: time.environment)
        let fleet = try await Fleet(more: store.environment)
        let (app, writer) = try await fleet.register("still")
        let door = try await app.initialise()
        let flags = ["--consume-interval", "50ms", "--consume-lock-ttl", "2s"]
        var worker = try fleet.startWorker(flags, more: store.environment)
        let admin = try fleet.site.secret("admin.key")
        var expected: [UInt8] = []
        for round in 0..<4 {
            if round == 1 { try time.standStill() }
            if round == 2 {
                worker.signal(SIGKILL)
                _ = try await worker.wait()
                worker = try fleet.startWorker(flags, more: store.environment)
            }
            let bytes = Corpus.made(lines: 500, seed: UInt64(round + 81))
            #expect(try await writer.append(bytes, to: door.file("2026-11-20"), with: door.token).status == 200)
            expected += bytes
            if round == 2 {
                try await Task.sleep(for: .seconds(4))
                try time.shift(hours: 0)
            }
            let (start, lines) = (ContinuousClock.now, expected.count { $0 == 0x0A })
            try await Fleet.until("\(lines) lines are stored\n\(worker.errorText.suffix(1500))") {
                let answer = try? await fleet.site.call("GET", fleet.site.api("/v1/logs/count?app=still"), admin)
                return answer?.json["count"] as? Int == lines
            }
            print("\(kind) round \(round): lines after \(ContinuousClock.now - start)")
        }
        #expect(try await fleet.site.storedLines(of: "still") == expected)
        let verified = try await fleet.site.run(
            ["verify"], environment: fleet.environment.merging(store.environment) { $1 })
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText.suffix(1000))")
        #expect(try await fleet.stop() == [0, 0])
        try await store.stop()
    }
}
