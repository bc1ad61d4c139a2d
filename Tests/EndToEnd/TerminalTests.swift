import Foundation
import ServerRig
import Testing

/// Commands on a pseudo-terminal.
@Suite("On a terminal", .serialized)
struct TerminalTests {
    private static let script = """
        import os, pty, select, struct, fcntl, termios, sys, time
        answer, columns, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
        child, terminal = pty.fork()
        if child == 0:
            os.execv(arguments[0], arguments)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        seen, asked, end = b"", False, time.time() + 60
        while time.time() < end:
            ready, _, _ = select.select([terminal], [], [], 1)
            if not ready:
                continue
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
            if answer and not asked and b"[y/N]" in seen:
                asked = True
                os.write(terminal, answer.encode() + b"\\n")
        else:
            os.kill(child, 9)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.buffer.write(seen.replace(b"\\r\\n", b"\\n"))
        sys.exit(code)
        """

    /// Runs a command whose input and output are a terminal.
    private func run(
        _ site: Site, _ arguments: [String], answer: String = "", columns: Int = 80, environment: [String: String] = [:]
    ) async throws -> (code: Int32, text: String) {
        let file = site.folder + "/terminal.py"
        try Data(TerminalTests.script.utf8).write(to: URL(fileURLWithPath: file))
        let program = try RunningProgram(
            [file, answer, String(columns), RunningProgram.path] + site.flags + arguments,
            environment: ["TERM": "xterm", "NO_COLOR": "", "TZ": "CET-1"].merging(environment) { $1 },
            folder: site.folder + "/logs",
            program: "/usr/bin/python3")
        return (try await program.wait(), program.outputText + program.errorText)
    }

    @Test("T39: levels are coloured on a terminal alone, and times are of the place")
    func colors() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = site.folder + "/input.ndjson"
        try Data("{\"ts\":1780000000,\"level\":\"error\",\"msg\":\"hi\"}\n".utf8).write(to: URL(fileURLWithPath: file))
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let query = ["query", "--app", "shop"]
        let plain = "2026-05-28T21:26:40.000+01:00 ERROR   hi\n"
        let coloured = "2026-05-28T21:26:40.000+01:00 \u{1B}[31mERROR\u{1B}[0m   hi\n"
        #expect(try await run(site, query).text == coloured)
        #expect(try await run(site, query, columns: 20).text == coloured)
        for (arguments, environment) in [
            (["--color", "never"], [:]), ([], ["NO_COLOR": "1"]), ([], ["TERM": "dumb"]),
        ] as [([String], [String: String])] {
            #expect(try await run(site, query + arguments, environment: environment).text == plain)
        }
        #expect(try await run(site, query + ["--color", "always"], environment: ["NO_COLOR": "1"]).text == coloured)
        #expect(
            try await run(site, query + ["--utc", "--color", "never"]).text.hasPrefix("2026-05-28T20:26:40.000Z ERROR"))
        #expect(try await run(site, query, environment: ["LC_ALL": "C"]).text == coloured)
        #expect(try await site.run(query + ["--utc"]).output == "2026-05-28T20:26:40.000Z ERROR   hi\n")
    }

    @Test("T40: what cannot be undone is asked for on a terminal, and refused elsewhere without --yes")
    func consent() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let issued = try await site.run(["tokens", "issue", "--app", "shop", "--json"]).output
        let json = try JSONSerialization.jsonObject(with: Data(issued.utf8)) as? [String: Any]
        let revoke = ["tokens", "revoke", try #require(json?["id"] as? String), "--app", "shop"]
        for command in [revoke, ["apps", "remove", "shop"]] {
            let refused = try await site.run(command)
            #expect(refused.code == 2 && refused.words.contains("--yes"), "\(refused.words)")
            for answer in ["n", "yep"] {
                let asked = try await run(site, command, answer: answer)
                #expect(asked.code == 1 && asked.text.contains("nothing was changed"), "\(asked.text)")
            }
            #expect(
                try await site.run(["tokens", "list", "--app", "shop", "--json"]).output.contains("\"revokedAt\":null"))
        }
        let revoked = try await run(site, revoke, answer: "yes")
        #expect(revoked.code == 0 && revoked.text.contains("revoked tok_"), "\(revoked.text)")
        #expect(try await site.run(["apps", "remove", "shop", "--yes"]).code == 0)
    }
}
