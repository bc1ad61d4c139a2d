import Foundation
import Glibc
import ServerRig
import Testing

/// Commands and processes beside each other.
@Suite("Commands", .serialized)
struct CommandTests {
    @Test("a local file is taken once, however often and whatever kills it")
    func ingest() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let bytes = Corpus.made(lines: 40_000, seed: 21)
        // The last line has no newline: a file that is given is final.
        let file = site.folder + "/input.ndjson"
        try Data(bytes.dropLast()).write(to: URL(fileURLWithPath: file))
        var dice = Dice(seed: 4)
        for _ in 0..<5 {
            let program = try RunningProgram(
                site.flags + ["ingest", file, "--app", "shop"], folder: site.folder + "/logs")
            try await Task.sleep(for: .milliseconds(40 + dice.roll(200)))
            program.signal(SIGKILL)
            _ = try await program.wait()
        }
        // The claim of the killed process runs out while this one waits.
        let last = try await site.run(["ingest", file, "--app", "shop"])
        #expect(last.code == 0, "\(last.words)")
        let stored = try await site.run(["query", "--app", "shop", "--all", "--json"])
        #expect(Array(stored.output.utf8) == bytes)
        let again = try await site.run(["ingest", file, "--app", "shop", "--json"])
        #expect(again.output.contains("\"records\":0"), "\(again.output)")
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("\n{\"more\":1}\n".utf8))
        try handle.close()
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let count = try await site.run(["query", "--app", "shop", "--count"])
        #expect(count.output == "40001\n")
        let verified = try await site.run(["verify"])
        #expect(verified.code == 0, "\(verified.output)")
    }

    @Test("cursors rewind takes an object again: nothing doubles, and what was refused is judged anew")
    func rewind() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = site.folder + "/rewound.ndjson"
        let long = "{\"long\":\"\(String(repeating: "x", count: 200))\"}\n"
        let text = (0..<50).map { "{\"n\":\($0)}\n" }.joined() + long + (50..<90).map { "{\"n\":\($0)}\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        let narrow = try await site.run(["ingest", file, "--app", "shop", "--ingest-max-line-bytes", "100"])
        #expect(narrow.code == 0, "\(narrow.words)")
        #expect(try await site.run(["query", "--app", "shop", "--count"]).output == "90\n")
        #expect(try await site.run(["rejects", "list", "--json"]).output.contains("line_too_long"))
        let cursors = try await site.run(["cursors", "list", "--json"])
        let cursor = try JSONSerialization.jsonObject(with: Data(cursors.output.utf8)) as? [String: Any]
        let generation = try String(#require(cursor?["generation"] as? Int))
        let inside = try await site.run(["cursors", "rewind", generation, "--to", "3"])
        #expect(inside.code != 0 && inside.words.contains("no line begins"), "\(inside.words)")
        let back = try await site.run(["cursors", "rewind", generation, "--to", "0"])
        #expect(back.code == 0 && back.words.contains("rewound.ndjson --app shop"), "\(back.words)")
        let again = try await site.run(["cursors", "rewind", generation, "--to", "0"])
        #expect(again.code == 0 && again.words.contains("already"), "\(again.words)")
        let waiting = try await site.run(["rejects", "list", "--json"])
        #expect(waiting.output.contains("line_too_long"), "kept until it is judged anew: \(waiting.output)")
        let history = try await site.run(["cursors", "history", generation, "--json"])
        #expect(history.output.contains("\"rewound\""), "\(history.output)")
        let unknown = try await site.run(["cursors", "history", "999"])
        #expect(unknown.code == 1 && unknown.words.contains("there is no generation 999"), "\(unknown.words)")
        let wide = try await site.run(["ingest", file, "--app", "shop"])
        #expect(wide.code == 0, "\(wide.words)")
        #expect(try await site.run(["query", "--app", "shop", "--all", "--json"]).output == text)
        #expect(try await site.run(["rejects", "list", "--json"]).output.isEmpty)
        let verified = try await site.run(["verify"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
    }

    @Test("rejects replay lets refused lines be judged by a higher limit, and says what it leaves alone")
    func replay() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let files = ["long", "gone", "fine"].map { site.folder + "/\($0).ndjson" }
        let long = "{\"long\":\"\(String(repeating: "x", count: 2 << 20))\"}\n"
        let text = numbered(50) + long + "bad\n" + numbered(40)
        for (file, content) in zip(files, [text, "{\"a\":1}\nbad\n", numbered(5)]) {
            try Data(content.utf8).write(to: URL(fileURLWithPath: file))
            #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        }
        #expect(try await site.run(["query", "--app", "shop", "--count"]).output == "96\n")
        let none = try await site.run(["rejects", "replay", "--reason", "too_deep"])
        #expect(none.code == 0 && none.words.contains("no such rejects"), "\(none.words)")
        let unknown = try await site.run(["rejects", "replay", "--reason", "nonsense"])
        #expect(unknown.code == 2 && unknown.words.contains("line_too_long"), "\(unknown.words)")
        let dry = try await site.run(["rejects", "replay", "--dry-run", "--json"])
        #expect(dry.code == 0 && dry.output.split(separator: "\n").count == 2, "\(dry.output)")
        try FileManager.default.removeItem(atPath: files[1])
        let honest = try await site.run(["rejects", "replay", "--dry-run", "--json"])
        #expect(honest.code == 1 && honest.output.contains("would_be_taken_again"), "\(honest.output)")
        #expect(honest.output.contains("the source no longer has"), "\(honest.output)")
        let replayed = try await site.run(["rejects", "replay", "--json", "--ingest-max-line-bytes", "4MiB"])
        #expect(replayed.code == 1, "\(replayed.words)")
        let rows = replayed.output.split(separator: "\n")
        #expect(rows.count == 2 && rows[0].contains("will_be_taken_again") && rows[1].contains("left_alone"), "\(rows)")
        #expect(rows[0].contains("\"from\":\(numbered(50).utf8.count)"), "\(rows)")
        for _ in 0..<2 {
            let wide = try await site.run(["ingest", files[0], "--app", "shop", "--ingest-max-line-bytes", "4MiB"])
            #expect(wide.code == 0, "\(wide.words)")
        }
        #expect(try await site.run(["query", "--app", "shop", "--count"]).output == "97\n")
        let stored = try await site.run(["query", "--app", "shop", "--all", "--json"])
        #expect(stored.output.hasPrefix(numbered(50) + long + numbered(40)))
        let left = try await site.run(["rejects", "list", "--json"])
        #expect(left.output.split(separator: "\n").count == 2 && !left.output.contains("line_too_long"))
        let verified = try await site.run(["verify", "--ingest-max-line-bytes", "4MiB"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
    }

    private func numbered(_ count: Int) -> String { (0..<count).map { "{\"n\":\($0)}\n" }.joined() }

    @Test("processes that open a new store at the same moment all get it")
    func simultaneousStarts() async throws {
        for _ in 0..<5 {
            let site = try Site()
            let results = try await withThrowingTaskGroup(of: Site.CommandResult.self) { group in
                for number in 0..<6 { group.addTask { try await site.run(["apps", "add", "app-\(number)"]) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for result in results { #expect(result.code == 0, "\(result.words)") }
            let list = try await site.run(["apps", "list", "--json"])
            #expect(list.output.split(separator: "\n").count == 6)
        }
    }

    @Test("serve and work are two processes on one file, with a file store elsewhere")
    func twoProcesses() async throws {
        let fleet = try await Fleet()
        let workers = try (0..<2).map { _ in try fleet.startWorker() }
        let (app, writer) = try await fleet.register("shop")
        let answer = try await fleet.site.call("POST", fleet.site.api("/v1/sdk/init"), app.clientToken, "{}")
        #expect(answer.json["serverURL"] as? String == fleet.files.files(""))
        let door = try await app.initialise()
        let bytes = Corpus.made(lines: 3000, seed: 8)
        var position = 0
        var dice = Dice(seed: 6)
        while position < bytes.count {
            let end = min(bytes.count, position + 1 + dice.roll(20_000))
            let answer = try await writer.append(
                bytes[position..<end], to: door.file("2026-11-20"), with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            position = end
        }
        try await Fleet.until("all is stored") {
            try await fleet.site.storedLines(of: "shop").count >= bytes.count
        }
        #expect(try await fleet.site.storedLines(of: "shop") == bytes)
        for program in workers { #expect(try await fleet.site.stop(program) == 0, "\(program.errorText)") }
        #expect(try await fleet.stop() == [0, 0])
    }

    @Test("tail shows what is committed, late lines for an old file included, and ends on a signal")
    func tail() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "20ms"])
        let app = try await Application.register("shop", at: site)
        let door = try await app.initialise()
        let old = door.file("2026-11-01")
        #expect(try await app.append(Array("{\"n\":0}\n".utf8), to: old, with: door.token).status == 200)
        _ = try await site.consumeToEnd()
        let tail = try RunningProgram(site.flags + ["tail", "--app", "shop", "--json"], folder: site.folder + "/logs")
        try await Task.sleep(for: .milliseconds(700))
        let lines = ["{\"n\":1}\n", "{\"n\":2}\n"]
        #expect(try await app.append(Array(lines[0].utf8), to: old, with: door.token).status == 200)
        _ = try await site.consumeToEnd()
        #expect(
            try await app.append(Array(lines[1].utf8), to: door.file("2026-11-20"), with: door.token).status == 200)
        for _ in 0..<300 where tail.outputText.utf8.count < lines.joined().utf8.count {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(tail.outputText == lines.joined())
        tail.signal(SIGINT)
        #expect([0, 128 + SIGINT].contains(try await tail.wait()))
        #expect(try await site.stop(dev) == 0)
    }
}
