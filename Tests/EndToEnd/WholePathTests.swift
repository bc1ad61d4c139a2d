import Foundation
import Testing

/// The whole way: init, append, follow, query, verify, through real processes and real HTTP.
@Suite("The whole path", .serialized)
struct WholePathTests {
    @Test("lines appended in random pieces are stored byte for byte, in order, once", arguments: Corpus.files.indices)
    func randomPieces(_ index: Int) async throws {
        let corpus = Corpus.files[index]
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "200ms"])
        let app = try await Application.register("corpus-\(index)", at: site)
        let door = try await app.initialise()
        var dice = Dice(seed: UInt64(index) + 7)
        var position = 0
        while position < corpus.bytes.count {
            // A piece often ends in the middle of a line, and sometimes in the middle of a character.
            let piece = min(1 + dice.roll(200_000), corpus.bytes.count - position)
            let answer = try await app.append(
                corpus.bytes[position..<position + piece], to: door.file("2026-11-20"), with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            position += piece
        }
        _ = try await site.consumeToEnd()
        let stored = try await site.storedLines(of: app.name)
        #expect(stored == corpus.bytes, "\(corpus.name): \(stored.count) of \(corpus.bytes.count) bytes")
        let lines = corpus.bytes.count { $0 == 0x0A }
        let count = try await site.run(["query", "--app", app.name, "--count"])
        #expect(count.output == "\(lines)\n")
        let verified = try await site.run(["verify", "--app", app.name])
        #expect(verified.code == 0 && verified.output.contains("equal"), "\(verified.output) \(verified.words)")
        #expect(try await site.stop(dev) == 0)
    }

    @Test("verify names the object of which one byte was flipped")
    func flippedByte() async throws {
        let site = try Site()
        var dev = try await site.startDev()
        let app = try await Application.register("flip", at: site)
        let door = try await app.initialise()
        let bytes = Corpus.made(lines: 200, seed: 3)
        for day in ["2026-11-18", "2026-11-19"] {
            #expect(try await app.append(bytes, to: door.file(day), with: door.token).status == 200)
        }
        _ = try await site.consumeToEnd()
        #expect(try await site.stop(dev) == 0)
        try flipOneByte(in: site.data + "/local-fimidara/blobs", ofFileWith: bytes.count, at: bytes.count / 2)
        dev = try await site.startDev()
        let verified = try await site.run(["verify", "--json"])
        #expect(verified.code == 1, "\(verified.output) \(verified.words)")
        let rows = verified.output.split(separator: "\n")
        #expect(rows.count { $0.contains(#""verdict":"differs""#) } == 1)
        #expect(rows.count { $0.contains(#""verdict":"equal""#) } == 1)
        #expect(try await site.stop(dev) == 0)
    }

    @Test("bad lines become one reject each, with their range and reason, and all good ones are stored")
    func badLines() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let app = try await Application.register("bad", at: site)
        let door = try await app.initialise()
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 5 << 20)
        let bad: [(bytes: [UInt8], reason: String)] = [
            (Array("null".utf8), "not_an_object"), (Array("5".utf8), "not_an_object"),
            (Array("[1]".utf8), "not_an_object"), (Array(#"{"cut":"#.utf8), "invalid_json"),
            ([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], "invalid_utf8"), (long, "line_too_long"),
        ]
        var file: [UInt8] = []
        var good: [UInt8] = []
        var expected: [(from: Int, to: Int, reason: String)] = []
        for (number, entry) in bad.enumerated() {
            let line = Array("{\"good\":\(number)}\n".utf8)
            file += line
            good += line
            expected.append((file.count, file.count + entry.bytes.count, entry.reason))
            file += entry.bytes + [0x0A]
        }
        let last = Array("{\"good\":\"last\"}\n".utf8)
        file += last
        good += last
        #expect(try await app.append(file, to: door.file("2026-11-20"), with: door.token).status == 200)
        _ = try await site.consumeToEnd()
        #expect(try await site.storedLines(of: app.name) == good)
        let answer = try await site.call("GET", site.api("/v1/rejects?app=bad"), try site.secret("admin.key"))
        let items = answer.json["items"] as? [[String: Any]] ?? []
        #expect(items.count == expected.count)
        for (item, wanted) in zip(items, expected) {
            #expect(item["from"] as? Int == wanted.from && item["to"] as? Int == wanted.to, "\(item)")
            #expect(item["reason"] as? String == wanted.reason)
        }
        #expect(try await site.stop(dev) == 0)
    }

    @Test("F1: a stopped dev goes on where it stopped")
    func restart() async throws {
        let site = try Site()
        var dev = try await site.startDev()
        let app = try await Application.register("again", at: site)
        let door = try await app.initialise(#"{"instanceId":"one"}"#)
        let bytes = Corpus.made(lines: 300, seed: 9)
        let cut = bytes.count / 3
        #expect(try await app.append(bytes[..<cut], to: door.file("2026-11-20"), with: door.token).status == 200)
        _ = try await site.consumeToEnd()
        #expect(try await site.stop(dev) == 0)
        dev = try await site.startDev()
        let again = try await app.initialise(#"{"instanceId":"one"}"#)
        #expect(again.prefix == door.prefix)
        #expect(try await app.append(bytes[cut...], to: door.file("2026-11-20"), with: door.token).status == 200)
        _ = try await site.consumeToEnd()
        #expect(try await site.storedLines(of: app.name) == bytes)
        #expect(try await site.stop(dev) == 0)
    }
}

extension Site {
    /// Runs consume-logs until a run of it brings nothing more.
    func consumeToEnd() async throws -> Int {
        var runs = 0
        while true {
            // A run of the worker may be going on; what it leaves the next one takes.
            guard let run = try await consume() else {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            runs += 1
            if run["error"] is String { throw HarnessError("a run failed: \(run)") }
            // A process that was killed keeps its claims until their leases end.
            let held = (run["skips"] as? [String: Any])?["held_elsewhere"] as? Int ?? 0
            if run["bytes"] as? Int == 0, held == 0 { return runs }
            if held > 0 { try await Task.sleep(for: .milliseconds(100)) }
        }
    }
}

/// Changes one byte of the first file of a size.
private func flipOneByte(in folder: String, ofFileWith size: Int, at position: Int) throws {
    let files = FileManager.default.enumerator(atPath: folder)
    while let name = files?.nextObject() as? String {
        let path = folder + "/" + name
        guard let facts = try? FileManager.default.attributesOfItem(atPath: path), facts[.size] as? Int == size,
            facts[.type] as? FileAttributeType == .typeRegular, let file = FileHandle(forUpdatingAtPath: path)
        else { continue }
        try file.seek(toOffset: UInt64(position))
        let byte = try file.read(upToCount: 1)?.first ?? 0
        try file.seek(toOffset: UInt64(position))
        try file.write(contentsOf: Data([byte ^ 0x01]))
        try file.close()
        return
    }
    throw HarnessError("no file of \(size) bytes in \(folder)")
}
