import Foundation
import ServerRig
import Testing

/// What the command line takes, refuses and shows.
@Suite("Command line", .serialized)
struct CommandLineTests {
    /// A site with some lines of the app `shop`.
    private func site(_ lines: [String], object: String = "input.ndjson") async throws -> Site {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = "\(site.folder)/\(object)"
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: file))
        let ingested = try await site.run(["ingest", file, "--app", "shop"])
        #expect(ingested.code == 0, "\(ingested.words)")
        return site
    }

    private func numbered(_ count: Int) -> [String] { (0..<count).map { "{\"ts\":\($0),\"n\":\($0)}" } }

    @Test("T11: what a limit leaves out is said, and nothing where nothing is left out")
    func limits() async throws {
        let site = try await site(numbered(250))
        for (arguments, shown, says) in [
            ([], 100, "100 of 250 shown, --all for all"), (["--limit", "7"], 7, "7 of 250 shown, --all for all"),
            (["--limit", "250"], 250, ""), (["--all"], 250, ""), (["--where", "n<150"], 100, "100 of 150 shown"),
            (["--json"], 100, "100 of 250 shown"), (["-q", "\"n\":249"], 1, ""),
            (["--where", "n>999"], 0, "no records match"),
        ] {
            let result = try await site.run(["query", "--app", "shop"] + arguments)
            #expect(result.code == 0 && result.output.split(separator: "\n").count == shown, "\(arguments)")
            #expect(says.isEmpty ? result.words.isEmpty : result.words.contains(says), "\(arguments): \(result.words)")
        }
    }

    @Test("T11, T40: contradictions are errors, and end with the command's own usage")
    func contradictions() async throws {
        let site = try await site(numbered(1))
        let query = ["query", "--app", "shop"]
        for (arguments, says) in [
            (query + ["--all", "--limit", "5"], "--all and --limit"),
            (query + ["-q", "a", "-q", "b"], "--text is given twice"),
            (query + ["-q", "a", "--text=b"], "--text is given twice"),
            (query + ["--from", "1d", "--to", "2d"], "not before"),
            (query + ["--count", "--limit", "5"], "--count"), (query + ["--count", "--all"], "--count"),
            (query + ["--level", "info", "--min-level", "error"], "below"),
            (query + ["--json", "--output", "csv"], "exclude"),
            (query + ["--all-apps"], "exclude"), (["query"], "--app or --all-apps is missing"),
            (query + ["-q", ""], "empty"),
            (query + ["--from", "yesterday"], "RFC 3339"), (query + ["--from", ""], "RFC 3339"),
            (query + ["--where", "n between 2 and 1"], "reversed"), (query + ["--where", "n like ''"], "is empty"),
            (query + ["--where", "n>"], "a value is missing"), (query + ["--columns", "a,"], "--columns"),
            (query + ["--output", "xml"], "logfmt"), (["tail", "--app", "shop", "-n", "10001"], "-n must be"),
            (["fields"], "--app is missing"), (["fields", "shop", "--app", "shop"], "given twice"),
            (["rejects", "show", "1", "--raw", "--json"], "exclude"),
            (query + ["--limit", "-1"], "--limit must be positive"),
            (["tail", "--app", "shop", "-n", "-1"], "-n must be"),
            (["runs", "--limit", "-1"], "--limit must be"), (["generate", "--mib", "-1"], "--mib is from"),
            (["cursors", "rewind", "1", "--to", "-1"], "--to must be"),
            (query + ["--where", "timestamp > 15m"], "age(15m)"),
        ] {
            let result = try await site.run(arguments)
            #expect(result.code == 2 && result.words.contains(says), "\(arguments): \(result.code) \(result.words)")
            let usage = "Usage: logferry " + arguments.prefix(arguments[0] == "rejects" ? 2 : 1).joined(separator: " ")
            #expect(result.words.contains(usage), "\(arguments): \(result.words)")
            #expect(result.output.isEmpty)
        }
        let settings = try await site.run(["config", "show", "--seal-grace", "1h", "--seal-grace", "2h"])
        #expect(settings.code == 2 && settings.words.contains("--seal-grace is given twice"), "\(settings.words)")
        for arguments in [["help", "nosuch"], ["help", "apps", "nosuch"], ["nosuch"], ["apps", "nosuch"]] {
            #expect(try await site.run(arguments).code == 2, "\(arguments)")
        }
        #expect(try await site.run(["help", "apps", "add"]).code == 0)
    }

    @Test("who begins is told to register an app, and that an interval has a length")
    func firstSteps() async throws {
        let site = try Site()
        let none = try await site.run(["query", "--app", "shop"])
        #expect(none.code == 78 && none.words.contains("logferry apps add NAME"), "\(none.words)")
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let unknown = try await site.run(["query", "--app", "nope"])
        #expect(unknown.code == 1 && unknown.words.contains("logferry apps add NAME"), "\(unknown.words)")
        let still = try await site.run(["apps", "list", "--consume-interval", "0s"])
        #expect(still.code == 78 && still.words.contains("longer than nothing"), "\(still.words)")
    }

    @Test("commands in help fit a line of 80 columns, so that they can be pasted")
    func helpWidth() async throws {
        let site = try Site()
        for command in [[], ["completions"], ["query"], ["generate"], ["simulate"]] {
            let help = try await site.run(command + ["--help"])
            let rows = help.output.split(separator: "\n").filter { $0.hasPrefix("  logferry ") }
            #expect(!rows.isEmpty && rows.allSatisfy { $0.count <= 76 }, "\(command): \(rows)")
        }
    }

    @Test("T20, T40, T119: times of every form are taken, with a sign in front too")
    func times() async throws {
        let now = Date().timeIntervalSince1970
        let site = try await site([1, 30, 90, 60 * 24 * 8].map { "{\"ts\":\(now - $0 * 60),\"age\":\($0)}" })
        for (arguments, count) in [
            (["--from", "-5m"], 1), (["--from=-5m"], 1), (["--from", "5m"], 1), (["--from", "1h"], 2),
            (["--from", "1h45m"], 3), (["--from", "1w"], 3), (["--from", "2w"], 4), (["--to", "now"], 4),
            (["--to", "0s"], 4), (["--from", "now"], 0), (["--to", "-1h"], 2), (["--from", "100000d"], 4),
            (["--from", "0001-01-01T00:00:00Z", "--to", "9999-12-31T23:59:59Z"], 4), (["--from", "2020-01-01"], 4),
            (["--where", "ts >= age(1h)"], 2), (["--where", "ts < time(9999-12-31)"], 4),
            (["--from", "now", "--to", "+1h"], 0),
        ] {
            let result = try await site.run(["query", "--app", "shop", "--count"] + arguments)
            #expect(result.code == 0 && result.output == "\(count)\n", "\(arguments): \(result.output) \(result.words)")
        }
        let issue = ["tokens", "issue", "--app", "shop", "--json", "--expires"]
        #expect(try await site.run(issue + ["9999-12-31T23:59:59Z"]).output.contains("2262-04-11T23:47:16.854775807Z"))
        let past = try await site.run(issue + ["-5m"])
        #expect(past.code == 2 && past.words.contains("future"), "\(past.words)")
    }

    @Test("conditions, columns and several apps")
    func questions() async throws {
        let lines = (0..<10).map {
            "{\"ts\":\($0),\"status\":\($0 * 100),\"user\":{\"id\":\($0)},\"tags\":[\"t\($0)\",\"all\"]}"
        }
        let site = try await site(lines)
        #expect(try await site.run(["apps", "add", "other"]).code == 0)
        let file = site.folder + "/other.ndjson"
        try Data("{\"ts\":5.5,\"status\":500}\n".utf8).write(to: URL(fileURLWithPath: file))
        #expect(try await site.run(["ingest", file, "--app", "other"]).code == 0)
        let query = ["query", "--app", "shop", "--order", "asc", "--output", "csv", "--columns", "user.id"]
        for (conditions, numbers) in [
            (["status>=500"], [5, 6, 7, 8, 9]), (["status>=500", "user.id<7"], [5, 6]),
            (["user.id in (1, 3)"], [1, 3]),
            (["tags[*] = t4"], [4]), (["status between 100 and 200"], [1, 2]), (["tags[*] ~ ALL", "user.id = 0"], [0]),
        ] {
            let result = try await site.run(query + conditions.flatMap { ["--where", $0] })
            #expect(result.output == "user.id\n" + numbers.map { "\($0)\n" }.joined(), "\(conditions): \(result.words)")
        }
        let several = [
            "query", "--app", "shop", "--app", "other", "--order", "asc", "--where", "status=500", "--columns", "app",
        ]
        for apps in [several, several.filter { !["--app", "shop", "other"].contains($0) } + ["--all-apps"]] {
            #expect(try await site.run(apps + ["--output", "csv"]).output == "app\nshop\nother\n")
        }
        #expect(try await site.run(["query", "--all-apps", "--count"]).output == "11\n")
    }

    @Test("tail -n shows the last records first, then what comes, once")
    func tail() async throws {
        let site = try await site(numbered(20))
        let tail = try RunningProgram(
            site.flags + ["tail", "--all-apps", "-n", "2", "--json"], folder: site.folder + "/logs")
        for _ in 0..<500 where tail.outputText.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        let last = "{\"ts\":18,\"n\":18}\n{\"ts\":19,\"n\":19}\n"
        #expect(tail.outputText == last, "\(tail.errorText)")
        let file = site.folder + "/more.ndjson"
        try Data("{\"n\":20}\n".utf8).write(to: URL(fileURLWithPath: file))
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let all = last + "{\"n\":20}\n"
        for _ in 0..<500 where tail.outputText.utf8.count < all.utf8.count {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(tail.outputText == all)
        tail.signal(SIGKILL)
        _ = try await tail.wait()
    }

    @Test("T39, T77: nothing that a terminal obeys goes through pipes, in records, names of objects and messages")
    func pipes() async throws {
        let nasty = "\u{1B}]0;x\u{7}\u{202E}\u{200B}\u{9B}\u{7F}"
        let site = try await site(
            [
                "{\"msg\":\"\(nasty.replacing("\u{1B}", with: "\\u001b").replacing("\u{7}", with: "\\u0007"))\"}",
                "bad\u{1B}[2J",
            ],
            object: "a\(nasty)\nb")
        for arguments in [
            ["query", "--app", "shop"], ["query", "--app", "shop", "--output", "csv"],
            ["query", "--app", "shop", "--output", "logfmt"],
            ["query", "--app", "shop", "--columns", "object,message"],
            ["query", "--app", nasty], ["query", "--app", "shop", "--where", nasty], ["cursors", "list"], ["verify"],
            ["rejects", "list"], ["rejects", "show", "1"], ["apps", "list", nasty],
            ["cursors", "list", "--json"], ["verify", "--json"], ["rejects", "list", "--json"],
            ["rejects", "show", "1", "--json"],
            ["query", "--app", "shop", "--output", "json", "--columns", "object,message"],
        ] {
            let result = try await site.run(arguments)
            for scalar in (result.output + result.words).unicodeScalars {
                let isHarmless =
                    scalar == "\n" || scalar.value >= 0x20 && ![0x7F, 0x9B, 0x202E, 0x200B].contains(scalar.value)
                #expect(isHarmless, "\(arguments): \(scalar.value)")
            }
        }
        let json = try await site.run(["verify", "--json"]).output
        let row = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any], "\(json)")
        #expect((row["object"] as? String)?.hasSuffix("/a\(nasty)\nb") == true && row["app"] is String, "\(json)")
        let cursors = try await site.run(["cursors", "list"])
        #expect(cursors.output.contains("UPDATED AT") && cursors.output.split(separator: "\n").count == 2)
        #expect(try await site.run(["rejects", "show", "1", "--raw"]).output == "bad\u{1B}[2J")
    }
}
