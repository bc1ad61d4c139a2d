import Foundation
import Glibc
import ServerRig
import Testing

/// What is left when workers are killed or stopped while they index, clean up, or share apps.
@Suite("Upkeep and crashes", .serialized)
struct UpkeepCrashTests {
    @Test("Q15: kill -9 at random moments of index-logs leaves counts that are exact")
    func index() async throws {
        let fleet = try await Fleet()
        let (app, writer) = try await fleet.register("shop")
        let door = try await app.initialise()
        var dice = Dice(seed: Counts.isSoak ? UInt64(getpid()) : 7)
        var lines = 0
        var between = 0
        var aim = Aim()
        for kill in 0..<Counts.of(12, soak: 300) {
            let count = 2000 + dice.roll(4000)
            // Runs of the API only consume: what `ingest` takes it indexes as well, and nothing would be left to do.
            let lot = Corpus.made(lines: count, seed: UInt64(kill))
            let answer = try await writer.append(lot, to: door.file("2026-11-20"), with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            _ = try await fleet.site.consumeToEnd()
            lines += count
            let worker = try fleet.startWorker([
                "--consume-interval", "1h", "--index-interval", "10ms", "--index-lock-ttl", "300ms",
                "--consume-lock-ttl", "300ms",
            ])
            try await Task.sleep(for: aim.next(&dice))
            worker.signal(SIGKILL)
            #expect(try await worker.wait() == 128 + SIGKILL, "\(worker.errorText.suffix(2000))")
            let seen = try await counts(of: "shop", fleet)
            #expect(seen["n", default: 0] <= lines && Set(seen.values).count <= 1, "\(seen)")
            aim.note(wasTooLate: seen["n", default: 0] == lines)
            if seen["n", default: 0] < lines { between += 1 }
        }
        // Kills that all came too late would prove nothing.
        #expect(between > 0)
        print("\(between) kills before all was indexed")
        let worker = try fleet.startWorker(["--index-interval", "10ms", "--index-lock-ttl", "300ms"])
        try await Fleet.until("all is indexed") { try await counts(of: "shop", fleet)["n", default: 0] >= lines }
        let expected = Dictionary(uniqueKeysWithValues: ["timestamp", "level", "n", "text"].map { ($0, lines) })
        #expect(try await counts(of: "shop", fleet) == expected)
        #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText.suffix(2000))")
        #expect(try await fleet.stop() == [0, 0])
    }

    @Test("C25: kill -9 at random moments of cleanup-logs removes all that is old, and nothing else")
    func cleanup() async throws {
        let fleet = try await Fleet()
        let apps = [try await fleet.register("old"), try await fleet.register("kept")]
        var files: [(writer: Application, path: String)] = []
        for (app, writer) in apps { files += try await fill(app, writer, fleet) }
        var lines = 4012
        let first = try fleet.startWorker(["--consume-interval", "20ms", "--index-interval", "20ms"])
        for (app, _) in apps {
            try await Fleet.until("\(app.name) is indexed") {
                try await counts(of: app.name, fleet)["n", default: 0] >= lines
            }
        }
        #expect(try await fleet.site.stop(first) == 0)
        let kept = try await fleet.site.storedLines(of: "kept")

        let folder = fleet.site.folder + "/logs"
        let time = try ShiftedTime(library: try await ShiftedTime.compiled(in: folder), in: folder)
        // Old enough to go, and not so old that it goes without waiting for the catalogue.
        try time.shift(hours: 24 * 33)
        let flags = [
            "--consume-interval", "50ms", "--consume-lock-ttl", "300ms", "--cleanup-interval", "10ms",
            "--cleanup-lock-ttl", "300ms", "--retention-days", "30", "--retention-apps", "kept=3650",
            "--retention-source-days", "30", "--seal-grace", "100ms",
        ]
        var dice = Dice(seed: Counts.isSoak ? UInt64(getpid()) : 11)
        var between = 0
        var aim = Aim()
        for kill in 0..<Counts.of(12, soak: 300) {
            try await take(Corpus.made(lines: 3000, seed: UInt64(kill)), "more-\(kill)", app: "old", fleet)
            lines += 3000
            let before = try await count(of: "old", fleet)
            let worker = try fleet.startWorker(flags, more: time.environment)
            try await Task.sleep(for: aim.next(&dice))
            worker.signal(SIGKILL)
            #expect(try await worker.wait() == 128 + SIGKILL, "\(worker.errorText.suffix(2000))")
            let left = try await count(of: "old", fleet)
            aim.note(wasTooLate: left == 0)
            if left > 0, left < before { between += 1 }
        }
        let worker = try fleet.startWorker(flags, more: time.environment)
        try await Fleet.until("all that is old is gone") {
            guard try await count(of: "old", fleet) == 0 else { return false }
            for (writer, path) in files where try await writer.committedSize(of: path) > 0 { return false }
            // What is left are the cursors of the local files, which nobody can ask for.
            return try await fleet.run(["cursors", "list", "--app", "old", "--json"]).output
                .split(separator: "\n").count == 1 + Counts.of(12, soak: 300)
        }
        print("\(between) kills while records were going")
        #expect(try await fleet.site.storedLines(of: "kept") == kept)
        let cursors = try await fleet.run(["cursors", "list", "--app", "kept", "--json"])
        #expect(cursors.output.split(separator: "\n").count == 13)
        // The catalogue keeps what was there, and nothing of it was missed or seen twice.
        #expect(try await counts(of: "old", fleet)["n"] == lines)
        #expect(try await counts(of: "kept", fleet)["n"] == 4012)
        #expect(!worker.errorText.contains("before a follower"))
        #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText.suffix(2000))")
        #expect(try await fleet.stop() == [0, 0])
    }

    @Test("C18: two workers share apps, one is killed again and again, and every line is stored once")
    func shared() async throws {
        let fleet = try await Fleet()
        let flags = [
            "--consume-lock-scope", "app", "--consume-interval", "100ms", "--consume-lock-ttl", "500ms",
        ]
        var apps: [(app: Application, writer: Application)] = []
        for number in 0..<10 { apps.append(try await fleet.register("shared-\(number)")) }
        let steady = try fleet.startWorker(flags)
        var dice = Dice(seed: 5)
        var expected: [[UInt8]] = Array(repeating: [], count: apps.count)
        for round in 0..<Counts.of(4, soak: 60) {
            let victim = try fleet.startWorker(flags)
            for (index, (app, writer)) in apps.enumerated() {
                let door = try await app.initialise(#"{"instanceId":"one"}"#)
                let piece = Corpus.made(lines: 300, seed: UInt64(round * 10 + index))
                let answer = try await writer.append(piece, to: door.file("2026-11-20"), with: door.token)
                try #require(answer.status == 200, "\(answer.text)")
                expected[index] += piece
            }
            try await Task.sleep(for: .milliseconds(dice.roll(400)))
            victim.signal(SIGKILL)
            #expect(try await victim.wait() == 128 + SIGKILL, "\(victim.errorText.suffix(2000))")
        }
        for (index, (app, _)) in apps.enumerated() {
            try await Fleet.until("all of \(app.name) is stored") {
                try await fleet.site.storedLines(of: app.name).count >= expected[index].count
            }
            #expect(try await fleet.site.storedLines(of: app.name) == expected[index])
        }
        // The steady worker finds the runs of the killed ones when their locks have run out; its own end as well.
        let begun = try await running(fleet)
        try await Fleet.until("no run of a dead worker is left") {
            try await running(fleet).isDisjoint(with: begun)
        }
        let verified = try await fleet.run(["verify"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(try await fleet.site.stop(steady) == 0, "\(steady.errorText.suffix(2000))")
        #expect(try await running(fleet).isEmpty)
        #expect(try await fleet.stop() == [0, 0])
    }

    @Test("a worker that is told to stop ends within its bound whatever it does, and leaves no run behind")
    func stopped() async throws {
        let fleet = try await Fleet()
        _ = try await fleet.register("shop")
        var dice = Dice(seed: 9)
        for round in 0..<Counts.of(6, soak: 60) {
            try await take(Corpus.made(lines: 4000, seed: UInt64(round)), "\(round)", app: "shop", fleet)
            let before = try await latestRun(fleet)
            let worker = try fleet.startWorker([
                "--consume-interval", "200ms", "--index-interval", "10ms", "--cleanup-interval", "10ms",
                "--retention-days", "1", "--shutdown-grace", "20s",
            ])
            try await Fleet.until("the worker is at it") { try await latestRun(fleet) > before }
            try await Task.sleep(for: .milliseconds(dice.roll(600)))
            #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText.suffix(2000))")
            #expect(try await running(fleet).isEmpty, "round \(round)")
        }
        #expect(try await fleet.stop() == [0, 0])
    }

    /// Finds the moments at which a worker is at its work, however quick the machine is.
    private struct Aim {
        private var bound = 600

        func next(_ dice: inout Dice) -> Duration { .milliseconds(20 + dice.roll(bound)) }

        mutating func note(wasTooLate: Bool) { bound = wasTooLate ? max(60, bound * 2 / 3) : min(3000, bound * 3 / 2) }
    }

    // MARK: - Steps

    /// Gives an app 4000 lines of a local file and a line in each of twelve files.
    private func fill(
        _ app: Application, _ writer: Application, _ fleet: Fleet
    ) async throws -> [(writer: Application, path: String)] {
        try await take(Corpus.made(lines: 4000, seed: 3), app.name, app: app.name, fleet)
        let door = try await app.initialise()
        var files: [(writer: Application, path: String)] = []
        for day in 11...22 {
            let path = door.file("2026-10-\(day)")
            let answer = try await writer.append(Array("{\"n\":\(day)}\n".utf8), to: path, with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            files.append((writer, path))
        }
        return files
    }

    /// Takes bytes in as a local file.
    private func take(_ bytes: [UInt8], _ name: String, app: String, _ fleet: Fleet) async throws {
        let file = "\(fleet.site.folder)/\(name).ndjson"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        let taken = try await fleet.run(["ingest", file, "--app", app])
        try #require(taken.code == 0, "\(taken.words)")
    }

    /// How many records have each field.
    private func counts(of app: String, _ fleet: Fleet) async throws -> [String: Int] {
        let shown = try await fleet.run(["fields", app, "--json"])
        try #require(shown.code == 0, "\(shown.words)")
        var counts: [String: Int] = [:]
        for row in shown.output.split(separator: "\n") {
            let field = try #require(try JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any])
            counts[try #require(field["path"] as? String)] = field["count"] as? Int
        }
        return counts
    }

    private func count(of app: String, _ fleet: Fleet) async throws -> Int {
        let answer = try await fleet.site.call(
            "GET", fleet.site.api("/v1/logs/count?app=\(app)"), try fleet.site.secret("admin.key"))
        return try #require(answer.json["count"] as? Int, "\(answer.text)")
    }

    /// The id of the latest run; ids grow.
    private func latestRun(_ fleet: Fleet) async throws -> String {
        try await latest(fleet).first?["id"] as? String ?? ""
    }

    /// The ids of the runs that go on, as far as their records say.
    private func running(_ fleet: Fleet) async throws -> Set<String> {
        let found = try await latest(fleet).filter { $0["state"] as? String == "running" }
        return Set(found.compactMap { $0["id"] as? String })
    }

    /// Runs, the latest first; as many as tests bring about.
    private func latest(_ fleet: Fleet) async throws -> [[String: Any]] {
        var found: [[String: Any]] = []
        var next = ""
        repeat {
            let answer = try await fleet.site.call(
                "GET", fleet.site.api("/v1/runs?limit=1000\(next)"), try fleet.site.secret("admin.key"))
            found += try #require(answer.json["items"] as? [[String: Any]], "\(answer.text)")
            next = (answer.json["nextCursor"] as? String).map { "&cursor=\($0)" } ?? ""
        } while !next.isEmpty
        return found
    }
}
