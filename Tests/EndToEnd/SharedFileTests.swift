import Foundation
import ServerRig
import Testing

/// The SQLite file while another program has it open, and holds what all others need.
@Suite("A store file that others hold", .serialized)
struct SharedFileTests {
    /// Another program's connection, which has begun a transaction and stays in it.
    private func other(_ statements: [String], on fleet: Fleet) async throws -> RunningProgram {
        let program = try RunningProgram(
            [
                "-c",
                """
                import sqlite3, sys, time
                store = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
                for statement in sys.argv[2:]: store.execute(statement).fetchall()
                print("held", flush=True)
                time.sleep(600)
                """, fleet.site.data + "/logferry.sqlite",
            ] + statements, folder: fleet.site.folder + "/logs", program: "/usr/bin/python3")
        try await Fleet.until("the other program holds the file") { program.outputText.contains("held") }
        return program
    }

    private func end(_ program: RunningProgram) async throws {
        program.signal(SIGKILL)
        _ = try await program.wait()
    }

    @Test("T100: requests that write are answered 503 in the one documented time, however many wait; reading goes on")
    func writeLock() async throws {
        let fleet = try await Fleet()
        let admin = try fleet.site.secret("admin.key")
        let holder = try await other(["BEGIN IMMEDIATE"], on: fleet)
        let longest = try await withThrowingTaskGroup(of: Duration.self) { group in
            for number in 0..<6 {
                group.addTask {
                    let start = ContinuousClock.now
                    let answer = try await fleet.site.call(
                        "POST", fleet.site.api("/v1/apps"), admin, "{\"name\":\"held-\(number)\"}")
                    #expect(answer.status == 503 && answer.json["code"] as? String == "store_unavailable")
                    return .now - start
                }
            }
            #expect(try await fleet.site.call("GET", fleet.site.api("/v1/apps"), admin).status == 200)
            #expect(try await fleet.site.send("GET", fleet.site.api("/readyz")).status == 200)
            return try await group.reduce(.zero, max)
        }
        // Ten seconds are documented; one after the other, the last one would wait for sixty.
        #expect(longest < .seconds(25), "\(longest)")
        try await end(holder)
        let answer = try await fleet.site.call("POST", fleet.site.api("/v1/apps"), admin, "{\"name\":\"free\"}")
        #expect(answer.status == 201, "\(answer.text)")
        #expect(try await fleet.stop() == [0, 0])
    }

    @Test("T100: the write-ahead log that grew under another program's read is cut when that program has ended")
    func longRead() async throws {
        let fleet = try await Fleet()
        let (app, writer) = try await fleet.register("pinned")
        let door = try await app.initialise()
        let worker = try fleet.startWorker()
        let reader = try await other(["BEGIN", "SELECT count(*) FROM records"], on: fleet)
        let log = fleet.site.data + "/logferry.sqlite-wal"
        let size = { ((try? FileManager.default.attributesOfItem(atPath: log)[.size]) as? Int) ?? 0 }
        let limit = 16 << 20
        var lines = 0
        for number in 1...20 where size() <= limit {
            let bytes = Corpus.made(lines: 20_000, seed: UInt64(number))
            let answer = try await writer.append(bytes, to: door.file("2026-11-20"), with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            lines += bytes.count { $0 == 0x0A }
            try await isStored(lines, fleet)
        }
        #expect(size() > limit)
        try await end(reader)
        try await Fleet.until("the log is cut") { size() <= limit }
        try await isStored(lines, fleet)
        #expect(try await fleet.site.stop(worker) == 0)
        #expect(try await fleet.run(["verify"]).code == 0)
        #expect(try await fleet.stop() == [0, 0])
    }

    private func isStored(_ lines: Int, _ fleet: Fleet) async throws {
        let admin = try fleet.site.secret("admin.key")
        try await Fleet.until("\(lines) lines are stored") {
            let answer = try await fleet.site.call("GET", fleet.site.api("/v1/logs/count?app=pinned"), admin)
            return answer.json["count"] as? Int == lines
        }
    }
}
