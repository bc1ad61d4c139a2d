import Foundation
import Testing

/// Refused bytes of a file store that are judged by a higher limit.
@Suite("Replays of rejects", .serialized)
struct ReplayTests {
    @Test("a line that was too long is a record, byte for byte, once the limit is raised and a replay asked for")
    func higherLimit() async throws {
        let site = try Site()
        var dev = try await site.startDev(["--consume-interval", "1h"])
        let app = try await Application.register("shop", at: site)
        let door = try await app.initialise()
        let file = door.file("2026-11-20")
        let (before, after) = ("{\"n\":1}\n{\"n\":2}\n", "{\"n\":3}\n")
        let long = "{\"long\":\"\(String(repeating: "é", count: 1 << 20))\"}\n"
        let answer = try await app.append(Array((before + long + after).utf8), to: file, with: door.token)
        #expect(answer.status == 200, "\(answer.text)")
        try await take(before + after, of: app, at: site)
        #expect(try await site.stop(dev) == 0)

        let alone = try await site.run(["rejects", "replay", "--json"])
        let isDown = alone.output.contains("source_unavailable")
        #expect(alone.code == 75 && isDown, "the file store is down: \(alone.words)")

        dev = try await site.startDev(["--consume-interval", "1h", "--ingest-max-line-bytes", "4MiB"])
        let admin = try site.secret("admin.key")
        var items: [[String: Any]] = []
        // The run with which dev begins may be at the object at first.
        for _ in 0..<100 {
            let replayed = try await site.call("POST", site.api("/v1/rejects/replay"), admin, "{}")
            items = try #require(replayed.json["items"] as? [[String: Any]], "\(replayed.text)")
            if items.first?["outcome"] as? String != "left_alone" { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(items.count == 1 && items.first?["outcome"] as? String == "will_be_taken_again", "\(items)")
        #expect(items.first?["from"] as? Int == before.utf8.count, "\(items)")
        try await take(before + long + after, of: app, at: site)

        let again = try await site.call("POST", site.api("/v1/rejects/replay"), admin, "{}")
        #expect((again.json["items"] as? [Any])?.isEmpty == true, "\(again.text)")
        try await take(before + long + after, of: app, at: site)
        let rejects = try await site.call("GET", site.api("/v1/rejects"), admin)
        #expect((rejects.json["items"] as? [Any])?.isEmpty == true, "\(rejects.text)")
        let verified = try await site.run(["verify", "--ingest-max-line-bytes", "4MiB"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(try await site.stop(dev) == 0)
    }

    /// Runs until one run was ours, and compares what is stored then.
    private func take(_ text: String, of app: Application, at site: Site) async throws {
        for _ in 0..<100 {
            if try await site.consume() != nil { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try await site.storedLines(of: app.id) == Array(text.utf8))
    }
}
