import Foundation
import Glibc
import ServerRig
import Testing

/// What commands tell those who operate a deployment.
@Suite("For operators", .serialized)
struct OperatorTests {
    private func write(_ text: String, to name: String, at site: Site) throws -> String {
        let path = site.folder + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func append(_ text: String, to path: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    @Test("U1: verify does not say that all is well while bytes of a taken file are not taken")
    func behind() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = try write("{\"n\":1}\n", to: "a", at: site)
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        #expect(try await site.run(["verify"]).code == 0)
        try append("{\"n\":2}\n", to: file)
        let grown = try await site.run(["verify", "--json"])
        #expect(grown.code == 75 && grown.output.contains("\"verdict\":\"behind\""), "\(grown.output)")
        #expect(grown.output.contains("8 bytes are not taken yet"), "\(grown.output)")
        let listed = try await site.run(["cursors", "list", "--app", "shop"])
        #expect(listed.output.contains("BEHIND") && listed.output.contains("  8         8       1"), "\(listed.output)")
        try append("{\"n\":", to: file)
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let waiting = try await site.run(["verify"])
        #expect(waiting.code == 75 && waiting.output.contains("5 bytes wait: a last line"), "\(waiting.output)")
        try append("3}\n", to: file)
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        #expect(try await site.run(["verify"]).code == 0)
    }

    @Test("V1, V3: what a rewind leaves to be read again is behind, and a file rewritten meanwhile is another content")
    func rewound() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = try write((0..<5).map { "{\"old\":\($0)}\n" }.joined(), to: "a", at: site)
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        #expect(try await site.run(["cursors", "rewind", "1", "--to", "0"]).code == 0)
        let behind = try await site.run(["verify"])
        #expect(behind.code == 75 && behind.output.contains("behind"), "\(behind.output)")
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.write(contentsOf: Data((0..<6).map { "{\"new\":\($0)}\n" }.joined().utf8))
        try handle.close()
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let lines = try await site.run(["query", "--app", "shop", "--all", "--json"]).output
        for number in 0..<6 { #expect(lines.contains("{\"new\":\(number)}"), "\(lines)") }
        #expect(try await site.run(["verify"]).code == 0)
    }

    @Test("V9: an app that was removed does not keep verify from its answer")
    func removedApp() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "1h"])
        let app = try await Application.register("shop", at: site)
        let door = try await app.initialise()
        let path = "\(door.folder)/x-2026-11-30.ndjson"
        #expect(try await app.append(Array("{\"n\":1}\n".utf8), to: path, with: door.token).status == 200)
        _ = try await site.consumeToEnd()
        #expect(try await site.run(["apps", "remove", "shop", "--yes"]).code == 0)
        let verified = try await site.run(["verify"])
        #expect(verified.code == 0 && verified.output.contains("source gone"), "\(verified.output)")
        #expect(try await site.stop(dev) == 0)
    }

    @Test("U1: of files in the file store, verify and cursors list show how far the cursors are behind")
    func behindInFileStore() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "1h"])
        let app = try await Application.register("shop", at: site)
        let door = try await app.initialise()
        let path = "\(door.folder)/x-2026-11-30.ndjson"
        let line = Array("{\"n\":1}\n".utf8)
        #expect(try await app.append(line, to: path, with: door.token).status == 200)
        _ = try await site.consumeToEnd()
        #expect(try await site.run(["verify"]).code == 0)
        #expect(try await app.append(line + line, to: path, with: door.token).status == 200)
        let verified = try await site.run(["verify"])
        #expect(verified.code == 75 && verified.output.contains("16 bytes are not taken yet"), "\(verified.output)")
        #expect(verified.output.hasPrefix("APP   OBJECT"), "U19: \(verified.output)")
        let row = try await site.run(["cursors", "list"]).output.split(separator: "\n").last.map(String.init) ?? ""
        #expect(
            row.split(separator: " ").map(String.init).prefix(6).suffix(5) == [
                "shop", "x-2026-11-30.ndjson", "1", "8", "16",
            ])
        _ = try await site.consumeToEnd()
        #expect(try await site.run(["verify"]).code == 0)
        #expect(try await site.stop(dev) == 0)
        #expect(dev.errorText.contains("\"message\":\"ended in order\""), "U29: \(dev.errorText.suffix(300))")
    }

    @Test("U17: runs are listed as the API has them, the latest first, by kind and as many as are asked for")
    func runs() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        #expect(try await site.run(["runs"]).words.contains("no worker has run yet"))
        for _ in 0..<2 { #expect(try await site.run(["work", "--once"]).code == 0) }
        let all = try await site.run(["runs", "--json"]).output.split(separator: "\n")
        let kinds = try all.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])["kind"] as? String
        }
        #expect(kinds.count == 4 && Set(kinds) == ["index-logs", "cleanup-logs"], "\(kinds)")
        let one = try await site.run(["runs", "--kind", "cleanup-logs", "--limit", "1"])
        #expect(one.output.hasPrefix("KIND") && one.output.split(separator: "\n").count == 2, "\(one.output)")
        #expect(one.output.contains("cleanup-logs") && one.output.contains("finished"), "\(one.output)")
        let wrong = try await site.run(["runs", "--kind", "sleep"])
        #expect(wrong.code == 2 && wrong.words.contains("consume-logs, index-logs, cleanup-logs"), "\(wrong.words)")
    }

    @Test(
        "U17: a mistyped command or option names the nearest one",
        arguments: [
            (["quer"], "has no command \"quer\"; did you mean query?"),
            (["histogram"], "has no command \"histogram\"; there are dev, files"),
            (["cursors", "lst"], "logferry cursors has no command \"lst\"; did you mean list?"),
            (["query", "--ap", "x"], "logferry query has no option \"--ap\"; did you mean --app?"),
            (["config", "check", "--http-prot", "1"], "has no option \"--http-prot\"; did you mean --http-port?"),
            (["verify", "--zzzzzzzzzzzz"], "has no option \"--zzzzzzzzzzzz\"; see logferry verify --help"),
        ])
    func mistyped(_ arguments: [String], _ words: String) async throws {
        let site = try Site()
        let result = try await site.run(arguments)
        #expect(result.code == 2 && result.words.contains(words), "\(result.words)")
    }

    @Test("U19, U29: rejects name app and generation; rejects, apps and tokens list without a subcommand")
    func lists() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = try write("{\"n\":1}\nno\n", to: "a", at: site)
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let rejects = try await site.run(["rejects"])
        #expect(rejects.code == 0 && rejects.output.hasPrefix("ID  APP   OBJECT"), "\(rejects.output)")
        #expect(rejects.output.contains("  GENERATION  "), "\(rejects.output)")
        let own = try await site.run(["rejects", "--app", "shop"])
        #expect(own.code == 0 && own.output.hasPrefix("ID  OBJECT"), "\(own.output)")
        #expect(try await site.run(["apps"]).output.contains("shop"))
        #expect(try await site.run(["tokens", "--app", "shop"]).words.contains("no tokens"))
        let unnamed = try await site.run(["query", "--app", "shop", "--time-is-receipt", "true", "--count"])
        #expect(unnamed.output == "1\n", "U16: \(unnamed.words)")
        #expect(
            try await site.run(["query", "--app", "shop", "--time-is-receipt", "false", "--count"]).output == "0\n")
        let shown = try await site.run(["query", "--app", "shop"])
        #expect(shown.output.contains(" (received) UNKNOWN n=1"), "U16: \(shown.output)")
    }

    @Test("U8: with log.format json every line on standard error of services is an entry")
    func entries() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--demo"])
        _ = try await site.stop(dev)
        let settings = ["LOGFERRY_ADMIN_KEY": String(repeating: "a", count: 32)]
        let unready = try await site.run(["serve"], environment: settings)
        #expect(unready.code == 78 && unready.words.contains("internal.key"), "\(unready.words)")
        for text in [dev.errorText, unready.words] {
            for line in text.split(separator: "\n") {
                let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(entry?["message"] is String && entry?["level"] is String, "\(line)")
            }
        }
        for words in ["serving on http://127.0.0.1:\(site.apiPort)", "metrics on ", "file store on ", "ended in order"]
        {
            #expect(dev.errorText.contains(words), "\(words): \(dev.errorText)")
        }
    }

    @Test("U29: tail ends when what it writes to is closed")
    func closedOutput() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = try write("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", to: "a", at: site)
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let command = ([RunningProgram.path] + site.flags + ["tail", "--app", "shop", "-n", "3", "--json"])
            .map { "'\($0)'" }.joined(separator: " ")
        let script = "{ \(command); echo \"ended $?\" >&2; } | head -1"
        let shell = try RunningProgram("/bin/sh", ["-c", script], folder: site.folder + "/logs")
        #expect(try await shell.wait(for: .seconds(60)) == 0)
        #expect(shell.outputText == "{\"n\":1}\n" && shell.errorText.contains("ended 0"), "\(shell.errorText)")
    }

    @Test("U29: a listener on all addresses says so")
    func allAddresses() async throws {
        let site = try Site()
        let serve = try RunningProgram(
            ["serve"] + site.flags + ["--http-host", "0.0.0.0"],
            environment: [
                "LOGFERRY_ADMIN_KEY": String(repeating: "a", count: 32),
                "LOGFERRY_INTERNAL_KEY": String(repeating: "i", count: 32),
            ], folder: site.folder + "/logs")
        for _ in 0..<2000 where !serve.errorText.contains("serving on") { try await Task.sleep(for: .milliseconds(10)) }
        #expect(
            serve.errorText.contains("serving on http://0.0.0.0:\(site.apiPort), all addresses of this machine"),
            "\(serve.errorText)")
        #expect(try await site.stop(serve) == 0)
    }
}
