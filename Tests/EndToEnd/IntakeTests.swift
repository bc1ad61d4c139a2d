import Foundation
import ServerRig
import Testing

/// What `ingest`, `verify` and `cursors list` say of files as people have them.
@Suite("Files as they are", .serialized)
struct IntakeTests {
    private func site() async throws -> Site {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        return site
    }

    private func write(_ bytes: [UInt8], to name: String, at site: Site) throws -> String {
        let path = site.folder + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("T6: a file that is being written loses no line: what is cut waits, and a whole last line is taken")
    func growing() async throws {
        let site = try await site()
        let file = try write(Array("{\"n\":1}\n{\"n\":".utf8), to: "a", at: site)
        let first = try await site.run(["ingest", file, "--app", "shop", "--json"])
        #expect(first.code == 0 && first.output.contains("\"waitingBytes\":5"), "\(first.output)")
        #expect(first.words.contains("5 bytes wait"), "\(first.words)")
        for (more, count) in [("2}\n{\"n\":3}", 3), ("\r\n{\"n\":4}\n", 4)] {
            let handle = try #require(FileHandle(forWritingAtPath: file))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(more.utf8))
            try handle.close()
            let taken = try await site.run(["ingest", file, "--app", "shop"])
            #expect(taken.code == 0 && taken.words.contains(" 0 rejects"), "\(taken.words)")
            #expect(try await site.run(["query", "--app", "shop", "--count"]).output == "\(count)\n")
        }
        let verified = try await site.run(["verify"])
        #expect(verified.code == 0, "\(verified.output)")
    }

    @Test("T13, T52: a byte order mark is given back by no question, and lines without a time are counted")
    func marked() async throws {
        let site = try await site()
        let file = try write(
            [0xEF, 0xBB, 0xBF] + Array("{\"b\":1}\n{\"time\":\"2026-11-30\"}\n".utf8), to: "b", at: site)
        let taken = try await site.run(["ingest", file, "--app", "shop", "--json"])
        #expect(taken.output.contains("\"records\":2,\"recordsWithoutTime\":1,\"rejects\":0"), "\(taken.output)")
        let lines = try await site.run(["query", "--app", "shop", "--all", "--json"]).output.split(separator: "\n")
        #expect(lines.count == 2)
        for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        #expect(try await site.run(["verify"]).code == 0)
    }

    @Test("a file of the file store may be named as if it had come through a pipe, and is verified all the same")
    func misleadingName() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let app = try await Application.register("shop", at: site)
        let door = try await app.initialise()
        let file = door.file("2026-11-20").replacingOccurrences(of: door.prefix, with: "stdin:x")
        let answer = try await app.append(Array("{\"n\":1}\n".utf8), to: file, with: door.token)
        #expect(answer.status == 200, "\(answer.text)")
        _ = try await site.consumeToEnd()
        let verified = try await site.run(["verify"])
        #expect(verified.code == 0 && verified.output.contains("equal"), "\(verified.output)")
        #expect(!verified.output.contains("gone"), "\(verified.output)")
        #expect(try await site.stop(dev) == 0)
    }

    @Test("T77: control characters of a name are written out by verify and cursors list, into a pipe too")
    func controlCharacters() async throws {
        let site = try await site()
        let file = try write(Array("{\"n\":1}\n".utf8), to: "red-\u{1B}[31m\u{7}\n.ndjson", at: site)
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        for command in [["verify"], ["cursors", "list"]] {
            let listed = try await site.run(command)
            #expect(listed.code == 0 && listed.output.contains("red-\\u{1b}[31m\\u{7}\\n.ndjson"), "\(listed.output)")
            #expect(!listed.output.contains("\u{1B}") && !listed.words.contains("\u{1B}"))
        }
        let json = try await site.run(["verify", "--json"])
        #expect(json.output.contains("\\u001b[31m") || json.output.contains("\\u001B[31m"), "\(json.output)")
    }

    @Test("T38: what is no NDJSON is named, and nothing of it is taken")
    func otherFormats() async throws {
        let site = try await site()
        let inputs: [(String, [UInt8], String)] = [
            ("n.log", Array("1.2.3.4 - - [30/Nov/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 5\n".utf8), "access log"),
            ("s.log", Array("Nov 30 00:00:00 host sshd[1]: Accepted\n".utf8), "syslog"),
            ("z.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0], "gunzip"),
            (
                "w.txt", [0xFF, 0xFE] + Array("{\"a\":1}\n".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
                "iconv"
            ),
            ("j.json", Array("[{\"a\":1},{\"a\":2}]".utf8), "jq -c '.[]'"),
            ("b.bin", (0..<100).map { UInt8($0) }, "binary"),
        ]
        for (name, bytes, words) in inputs {
            let refused = try await site.run(["ingest", try write(bytes, to: name, at: site), "--app", "shop"])
            #expect(refused.code == 65 && refused.words.contains(words), "\(name): \(refused.code) \(refused.words)")
        }
        #expect(try await site.run(["rejects", "list", "--json"]).output.isEmpty)
        #expect(try await site.run(["cursors", "list", "--json"]).output.isEmpty)
        let forced = try await site.run(["ingest", site.folder + "/n.log", "--app", "shop", "--anyway"])
        #expect(forced.code == 65 && forced.words.contains("1 reject "), "\(forced.words)")
        let broken = try await site.run(
            ["ingest", try write(Array("{\"a\":\n{\"b\":\n".utf8), to: "x", at: site), "--app", "shop", "--json"])
        #expect(broken.code == 65 && broken.output.contains("\"seems\":null"), "\(broken.output)")
    }

    @Test("T38: standard input is taken, once however often it comes")
    func standardInput() async throws {
        let site = try await site()
        let file = try write(Array((0..<3000).map { "{\"n\":\($0)}" }.joined(separator: "\n").utf8), to: "in", at: site)
        for _ in 0..<2 {
            let script =
                "cat '\(file)' | '\(RunningProgram.path)' \(site.flags.joined(separator: " ")) ingest - --app shop"
            let taken = try RunningProgram("/bin/sh", ["-c", script], folder: site.folder + "/logs")
            #expect(try await taken.wait() == 0, "\(taken.errorText)")
            #expect(try await site.run(["query", "--app", "shop", "--count"]).output == "3000\n")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: site.data)
        #expect(!files.contains { $0.hasPrefix("stdin") }, "nothing is left of it")
        let verified = try await site.run(["verify", "--json"])
        #expect(verified.code == 0 && verified.output.contains("source gone"), "\(verified.output)")
        // /dev/null is the standard input of these commands.
        #expect(try await site.run(["ingest", "-", "--app", "shop"]).code == 0)
    }

    @Test("T2, T14: verify and cursors list name files that nobody reads, and tell names by their bytes")
    func foreign() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "1h"])
        let app = try await Application.register("names", at: site)
        let door = try await app.initialise()
        let line = Array("{\"n\":1}\n".utf8)
        for name in ["caf\u{E9}", "cafe\u{301}"] {
            let path = "\(door.folder)/\(name)-2026-11-30.ndjson"
            #expect(try await app.append(line, to: encoded(path), with: door.token).status == 200, "\(name)")
        }
        let waiting = try await site.run(["verify", "--json"])
        #expect(waiting.code == 75 && waiting.output.contains("not taken"), "\(waiting.output)")
        _ = try await site.consumeToEnd()
        let clean = try await site.run(["verify"])
        #expect(clean.code == 0, "\(clean.output) \(clean.words)")
        #expect(try await site.run(["query", "--app", "names", "--count"]).output == "2\n")
        for name in ["nodate.ndjson", "x-2026-13-45.ndjson", "z-2026-11-30.NDJSON", "sub/x-2026-11-30.ndjson"] {
            #expect(try await app.append(line, to: "\(door.folder)/\(name)", with: door.token).status == 200, "\(name)")
        }
        for command in [["verify", "--json"], ["cursors", "list", "--json"]] {
            let listed = try await site.run(command)
            #expect(listed.code == (command[0] == "verify" ? 1 : 0), "\(listed.words)")
            for word in ["no_day", "impossible_day", "upper_case_extension", "in_folder", "sub/x-2026-11-30.ndjson"] {
                #expect(listed.output.contains(word), "\(command) \(word): \(listed.output)")
            }
            for row in listed.output.split(separator: "\n") {
                _ = try JSONSerialization.jsonObject(with: Data(row.utf8))
            }
        }
        #expect(try await site.run(["verify", "--allow-foreign"]).code == 0)
        #expect(try await site.stop(dev) == 0)
    }

    @Test("U23: a file that cannot be opened leaves the others alone, and the status and the summary name it")
    func oneBadFile() async throws {
        let site = try await site()
        let good = try ["a", "b"].map { try write(Array("{\"n\":\"\($0)\"}\n".utf8), to: $0, at: site) }
        let missing = site.folder + "/missing"
        let taken = try await site.run(["ingest", good[0], missing, good[1], "--app", "shop", "--json"])
        #expect(taken.code == 1 && taken.words.contains("missing: No such file"), "\(taken.words)")
        #expect(
            taken.output.contains("\"files\":2,") && taken.output.contains("\"failed\":[{\"file\":"), "\(taken.output)")
        #expect(try await site.run(["query", "--app", "shop", "--count"]).output == "2\n")
        let again = try await site.run(["ingest", good[0], missing, "--app", "shop"])
        #expect(again.code == 1 && again.words.contains("taken before"), "\(again.words)")
        let other = try write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0], to: "z.gz", at: site)
        #expect(try await site.run(["ingest", other, good[1], "--app", "shop"]).code == 65)
    }

    @Test("U5, U24: what begins anew says so, and what brings nothing new says that")
    func again() async throws {
        let site = try await site()
        let file = try write(Array("{\"n\":1}\n{\"n\":2}\n".utf8), to: "t", at: site)
        let first = try await site.run(["ingest", file, "--app", "shop"])
        #expect(first.words.contains("2 records and 0 rejects from 16 bytes of 1 file\n"), "\(first.words)")
        let same = try await site.run(["ingest", file, "--app", "shop"])
        #expect(same.code == 0 && same.words.contains("nothing is new: all of it was taken before"), "\(same.words)")
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.truncate(atOffset: 8)
        try handle.close()
        let short = try await site.run(["ingest", file, "--app", "shop"])
        #expect(short.code == 0 && short.words.contains("1 record and"), "\(short.words)")
        #expect(
            short.words.contains("shorter than what was taken") && short.words.contains("16 bytes had been taken")
                && short.words.contains("a new generation begins"), "\(short.words)")
        try FileManager.default.moveItem(atPath: file, toPath: file + ".1")
        _ = try write(Array("{\"n\":3}\n".utf8), to: "t", at: site)
        let replaced = try await site.run(["ingest", file, "--app", "shop", "--json"])
        #expect(replaced.output.contains("\"reason\":\"replaced\",\"previousPosition\":8"), "\(replaced.output)")
        let empty = try await site.run(["ingest", "-", "--app", "shop"])
        #expect(empty.code == 0 && empty.words.contains("standard input is empty"), "\(empty.words)")
    }

    @Test("U14: a file of a removed app says when it is free, one of another app names that")
    func otherApps() async throws {
        let site = try await site()
        let file = try write(Array("{\"n\":1}\n".utf8), to: "t", at: site)
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let added = try await site.run(["apps", "add", "my shop"])
        #expect(added.words.contains("--app 'my shop'"), "U20: \(added.words)")
        let other = try await site.run(["ingest", file, "--app", "my shop"])
        #expect(other.code == 1 && other.words.contains("taken for the app shop before"), "\(other.words)")
        #expect(try await site.run(["apps", "remove", "shop", "--yes"]).code == 0)
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let removed = try await site.run(["ingest", file, "--app", "shop"])
        #expect(removed.code == 1 && removed.words.contains("an app that is removed now"), "\(removed.words)")
        #expect(try await site.run(["work", "--once"]).code == 0)
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
    }

    /// A path of which all but ASCII is written out.
    private func encoded(_ path: String) -> String {
        path.utf8.map { $0 < 0x80 ? String(UnicodeScalar($0)) : "%" + String($0, radix: 16, uppercase: true) }.joined()
    }

    @Test("T22, T92: a plain upload of the same length over a taken file is seen at once and taken after the wait")
    func sameLength() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "1h", "--consume-replace-after", "100ms"])
        let app = try await Application.register("same", at: site)
        let door = try await app.initialise()
        let file = door.file("2026-11-30")
        #expect(try await app.append(Array("{\"n\":1}\n".utf8), to: file, with: door.token).status == 200)
        _ = try await site.consumeToEnd()
        let over = try await app.upload(Array("{\"n\":2}\n".utf8), over: file, with: door.token)
        #expect(over.status == 200, "\(over.text)")
        let seen = try await site.consume()
        #expect((seen?["skips"] as? [String: Int])?["doubted"] == 1, "\(String(describing: seen))")
        try await Task.sleep(for: .milliseconds(150))
        let run = try await site.consume()
        #expect(run?["records"] as? Int == 1 && run?["recordsWithoutTime"] as? Int == 1, "\(String(describing: run))")
        #expect(try await site.run(["query", "--app", "same", "--count"]).output == "2\n")
        let verified = try await site.run(["verify"])
        #expect(verified.code == 0, "\(verified.output)")
        #expect(try await site.stop(dev) == 0)
        #expect(!dev.errorText.contains("CancellationError"), "T79: \(dev.errorText)")
    }
}
