import Foundation
import ServerRig
import Testing

/// The time of day of each process steps for itself, an hour back and a day forward, while lines are logged.
@Suite("Steps of the clock", .serialized)
struct ClockStepTests {
    @Test("C15: no line is lost, doubled or sealed too early, no lease is taken over, and tokens are good")
    func steps() async throws {
        let folder = NSTemporaryDirectory() + "logferry-time-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let library = try await ShiftedTime.compiled(in: folder)
        let (stores, first, second) = (
            try ShiftedTime(library: library, in: folder), try ShiftedTime(library: library, in: folder),
            try ShiftedTime(library: library, in: folder)
        )
        let fleet = try await Fleet(more: stores.environment)
        let flags = ["--consume-interval", "20ms"]
        let workers = [
            try fleet.startWorker(flags, more: first.environment),
            try fleet.startWorker(flags, more: second.environment),
        ]
        let (app, writer) = try await fleet.register("steps")
        let admin = try fleet.site.secret("admin.key")
        var expected: [UInt8] = []
        var seen = 0
        let steps: [(ShiftedTime, Int64)] = [
            (first, 0), (first, 24), (second, -1), (stores, 24), (first, 0), (stores, -1), (second, 24), (first, -1),
            (stores, 0), (second, 0), (first, 0),
        ]
        for (round, (time, hours)) in steps.enumerated() {
            try time.shift(hours: hours)
            let door = try await app.initialise(#"{"instanceId":"steps"}"#)
            // The day is over, so only what has grown lately keeps the half of a line from being sealed.
            let rest = round == 0 ? "" : "\(round)\"}\n"
            let isLast = round == steps.count - 1
            let piece = Array((rest + "{\"n\":\(round)}\n" + (isLast ? "" : "{\"cut\":\"")).utf8)
            let answer = try await writer.append(piece, to: door.file("2026-11-19"), with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            expected += piece
            let lines = 2 * round + 1
            try await Fleet.until("the whole lines of round \(round) are stored") {
                let answer = try await fleet.site.call("GET", fleet.site.api("/v1/logs/count?app=steps"), admin)
                let count = answer.json["count"] as? Int ?? 0
                #expect(count >= seen && count <= lines, "\(count) lines in round \(round)")
                seen = max(seen, count)
                return count == lines
            }
        }
        #expect(try await fleet.site.storedLines(of: "steps") == expected)
        let rejects = try await fleet.site.call("GET", fleet.site.api("/v1/rejects"), admin)
        #expect((rejects.json["items"] as? [Any])?.isEmpty == true, "\(rejects.text)")
        #expect(try await fleet.run(["verify"]).code == 0)
        for worker in workers {
            let words = worker.errorText
            #expect(!words.contains("interrupted") && !words.contains("took an object over"), "\(words.suffix(2000))")
            #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText.suffix(1000))")
        }
        #expect(try await fleet.stop() == [0, 0])
    }
}
