import Foundation
import Glibc
import ServerRig
import Testing

/// Several workers on one store.
@Suite("Fleets", .serialized)
struct FleetTests {
    @Test("C18: a worker that is stopped for longer than its lock's term and resumed is refused, and says so")
    func stoppedAndResumed() async throws {
        let fleet = try await Fleet()
        let flags = ["--consume-interval", "10ms", "--consume-lock-ttl", "1s"]
        let block = Corpus.made(lines: 40_000, seed: 11)
        var dice = Dice(seed: 12)
        var refused = 0
        var round = 0
        // Rounds without a refusal prove nothing of it, so a few more are allowed.
        while refused < Counts.of(2, soak: 20), round < Counts.of(10, soak: 60) {
            round += 1
            let name = "pauses-\(round)"
            let (app, writer) = try await fleet.register(name)
            let door = try await app.initialise()
            var expected: [UInt8] = []
            // More than a worker can take before it is stopped.
            for _ in 0..<5 {
                let answer = try await writer.append(block, to: door.file("2026-11-20"), with: door.token)
                try #require(answer.status == 200, "\(answer.text)")
                expected += block
            }
            let stale = try fleet.startWorker(flags)
            try await Fleet.until("a run goes on") { try await isRunning(fleet) }
            try await Task.sleep(for: .milliseconds(dice.roll(250)))
            try await stopOutsideOfTransactions(stale, fleet)
            let other = try fleet.startWorker(flags)
            let hasTakenOver =
                (try? await Fleet.until("the other worker has taken all", within: .seconds(20)) {
                    try await fleet.site.storedLines(of: name).count >= expected.count
                }) != nil
            stale.signal(SIGCONT)
            if hasTakenOver {
                try await Fleet.until("the stale worker says that it was refused") {
                    stale.errorText.contains("interrupted") || stale.errorText.contains("took an object over")
                }
                refused += 1
            }
            try await Fleet.until("all is stored") {
                try await fleet.site.storedLines(of: name).count >= expected.count
            }
            #expect(try await fleet.site.storedLines(of: name) == expected, "round \(round)")
            for worker in [stale, other] { #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText)") }
            print("round \(round): \(hasTakenOver ? "taken over, then refused" : "not taken over")")
        }
        #expect(refused >= Counts.of(2, soak: 20))
        let verified = try await fleet.run(["verify"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(try await fleet.stop() == [0, 0])
    }

    /// Stops a worker at a moment at which others can write.
    ///
    /// One that is stopped inside a transaction keeps the embedded store locked for everybody: nobody can go on then
    /// until it is resumed, and it has nothing to be refused.
    private func stopOutsideOfTransactions(_ worker: RunningProgram, _ fleet: Fleet) async throws {
        for _ in 0..<100 {
            worker.signal(SIGSTOP)
            let probe = try RunningProgram(
                [
                    "-c",
                    """
                    import sqlite3, sys
                    store = sqlite3.connect(sys.argv[1], timeout=0.2, isolation_level=None)
                    store.execute("BEGIN IMMEDIATE")
                    """, fleet.site.data + "/logferry.sqlite",
                ], folder: fleet.site.folder + "/logs", program: "/usr/bin/python3")
            if try await probe.wait() == 0 { return }
            worker.signal(SIGCONT)
            try await Task.sleep(for: .milliseconds(5))
        }
        throw HarnessError("the worker was inside a transaction each time that it was stopped")
    }

    private func isRunning(_ fleet: Fleet) async throws -> Bool {
        let answer = try await fleet.site.call(
            "GET", fleet.site.api("/v1/runs?limit=5"), try fleet.site.secret("admin.key"))
        let items = answer.json["items"] as? [[String: Any]] ?? []
        return items.contains { $0["state"] as? String == "running" }
    }
}
