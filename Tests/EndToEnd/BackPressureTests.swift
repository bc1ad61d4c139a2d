import Foundation
import ServerRig
import Testing

/// A store that takes nothing for a while.
@Suite("Back-pressure", .serialized)
struct BackPressureTests {
    /// What waits for the store, and how much memory of its own a worker may hold meanwhile.
    enum Waiting: CaseIterable {
        /// One object, read far ahead.
        case oneObject
        /// Three times as many objects as are followed at once.
        case manyObjects

        var objects: Int { self == .oneObject ? 1 : 24 }
        var memoryLimit: Int { self == .oneObject ? 24 << 20 : 48 << 20 }
    }

    @Test(
        "while the store stands still a worker's memory does too, and it goes on alone when the store does",
        arguments: Waiting.allCases)
    func storeStandsStill(_ waiting: Waiting) async throws {
        let fleet = try await Fleet()
        let (app, writer) = try await fleet.register("pressed")
        let door = try await app.initialise()
        // In soak 1 GiB.
        let pieces = Counts.of(24, soak: 192)
        let bytes = Corpus.made(lines: 20_000, seed: 5)
        for number in 1...waiting.objects {
            for _ in 0..<pieces / waiting.objects {
                let file = "\(door.folder)/\(door.prefix)-2026-11-20-\(number).ndjson"
                #expect(try await writer.append(bytes, to: file, with: door.token).status == 200)
            }
        }
        let worker = try fleet.startWorker()
        try await Fleet.until("the worker has begun") { try await !fleet.site.storedLines(of: "pressed").isEmpty }
        let holder = try RunningProgram(
            [
                "-c",
                """
                import sqlite3, sys, time
                store = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
                store.execute("BEGIN IMMEDIATE")
                print("held", flush=True)
                time.sleep(float(sys.argv[2]))
                """, fleet.site.data + "/logferry.sqlite", String(Counts.of(8, soak: 60)),
            ], folder: fleet.site.folder + "/logs", program: "/usr/bin/python3")
        try await Fleet.until("the store stands still") { holder.outputText.contains("held") }
        let early = try await fleet.run(["query", "--app", "pressed", "--count"])
        let begun = Int(early.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        #expect(begun < pieces * 20_000, "there is something left to press")
        let before = anonymousMemory(of: worker.pid)
        let watch = MemoryWatch(of: worker.pid)
        #expect(try await holder.wait(for: .seconds(120)) == 0)
        let peak = await watch.peak()
        let total = pieces * bytes.count
        print(
            "\(total) bytes in \(waiting.objects) objects to take, store held: RssAnon \(before / 1024) KiB when it "
                + "stopped, at most \(peak / 1024) KiB until it went on")
        #expect(peak <= waiting.memoryLimit)
        try await Fleet.until("all is stored", within: .seconds(Counts.of(120, soak: 600))) {
            let count = try await fleet.run(["query", "--app", "pressed", "--count"])
            return Int(count.output.trimmingCharacters(in: .whitespacesAndNewlines)) == pieces * 20_000
        }
        #expect(try await fleet.run(["verify"]).code == 0)
        #expect(try await fleet.site.stop(worker) == 0)
        #expect(try await fleet.stop() == [0, 0])
    }
}
