import Foundation
import Glibc
import RawSockets
import ServerRig
import Testing

/// What `config check` finds, and that it makes nothing on its way.
@Suite("Checking the configuration", .serialized)
struct CheckTests {
    private let key = String(repeating: "k", count: 32)

    @Test("T30: everything that is wrong is said at once, of values, ports, folders and servers")
    func everything() async throws {
        let site = try Site()
        let web = try RawListener(answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        let environment = [
            "LOGFERRY_ADMIN_KEY": key, "LOGFERRY_INTERNAL_KEY": key, "LOGFERRY_FIMIDARA_AUTH_TOKEN": key,
            "LOGFERRY_FIMIDARA_SERVER_URL": "http://127.0.0.1:\(web.port)",
            "LOGFERRY_REDIS_URLS": "redis://127.0.0.1:1", "LOGFERRY_STORE_URL": "postgres://127.0.0.1:1/none",
        ]
        let arguments = [
            "config", "check", "serve", "--data-dir", "/proc/nope", "--http-host", "999.1.1.1", "--ops-port",
            String(web.port),
        ]
        let all = try await site.run(arguments, environment: environment)
        #expect(all.code == 78)
        for says in [
            "http.host has no address", "127.0.0.1:\(web.port) (ops.port): the port is in use", "/proc/nope",
            "postgres://127.0.0.1:1/none cannot be reached", "redis://127.0.0.1:1", "is no file store",
        ] {
            #expect(all.words.contains(says), "\(says): \(all.words)")
        }
        let offline = try await site.run(arguments + ["--offline", "--json"], environment: environment)
        #expect(offline.code == 78 && offline.output.contains(#""subject":"ports""#), "\(offline.output)")
        #expect(!offline.output.contains(#""subject":"store""#))
        let heard = String(decoding: await web.stop(), as: UTF8.self)
        #expect(heard.contains("getToken") && !heard.contains(key), "no key goes to whoever answers: \(heard)")
    }

    @Test("T30: a wrong value is shown as it was read, and a URL in its place without its password")
    func wrongValueShown() async throws {
        let site = try Site()
        for (value, shown) in [("80x", "\"80x\""), ("postgres://u:secret@h/d", "\"postgres://•••@h/d\"")] {
            let answer = try await site.run(["config", "check", "--offline", "--http-port", value])
            #expect(answer.code == 78 && answer.words.contains(shown), "\(answer.words)")
            #expect(!answer.words.contains("secret"))
        }
    }

    @Test("T30: four wrong values are four complaints, in check as at the start")
    func values() async throws {
        let site = try Site()
        let flags = ["--http-port", "99999", "--seal-grace", "1", "--fimidara-logs-folder-prefix", "a+b"]
        let environment = [
            "LOGFERRY_ADMIN_KEY": "short", "LOGFERRY_INTERNAL_KEY": key, "LOGFERRY_INTERNAL_KEY_FILE": "/x",
        ]
        for command in [["config", "check"], ["config", "check", "dev", "--offline"], ["dev"]] {
            let result = try await site.run(command + flags, environment: environment)
            #expect(result.code == 78)
            for says in flags.filter({ $0.hasPrefix("--") }) + ["LOGFERRY_ADMIN_KEY", "LOGFERRY_INTERNAL_KEY_FILE"] {
                #expect(result.words.contains(says), "\(command), \(says): \(result.words)")
            }
        }
        try site.keep("key", key)
        let both = try await site.run(
            ["config", "check", "--offline"],
            environment: ["LOGFERRY_ADMIN_KEY": key, "LOGFERRY_ADMIN_KEY_FILE": "\(site.data)/key"])
        #expect(both.code == 78 && both.words.contains("are both given"), "\(both.words)")
    }

    @Test("T30: a wrong value hides neither ports nor folder, keys and servers")
    func nothingHidden() async throws {
        let site = try Site()
        let environment = [
            "LOGFERRY_LOG_LEVEL": "loud", "LOGFERRY_ADMIN_KEY": "short",
            "LOGFERRY_STORE_URL": "postgres://127.0.0.1:1/none",
        ]
        let all = try await site.run(
            ["config", "check", "serve", "--data-dir", "/proc/nope", "--http-port", "23", "--ops-port", "23"],
            environment: environment)
        #expect(all.code == 78)
        for says in [
            "log.level", "LOGFERRY_ADMIN_KEY", "serve needs internal.key", "are both 23", "/proc/nope cannot be made",
            "cannot be reached",
        ] {
            #expect(all.words.contains(says), "\(says): \(all.words)")
        }
        #expect(!all.words.contains("needs admin.key"), "\(all.words)")
        // What stands in for a wrong value is not complained of.
        let wrong = try await site.run(
            ["config", "check", "work", "--ops-host", "", "--store-url", "oracle:x", "--offline"])
        #expect(wrong.code == 78 && wrong.words.split(separator: "\n").count == 2, "\(wrong.words)")
    }

    @Test("T30: a folder that another process has, and a store that cannot be made, are errors as at the start")
    func places() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        for mode in ["dev", "files"] {
            let flags = ["--http-port", "0", "--local-fimidara-port", "0"]
            let check = try await site.run(["config", "check", mode, "--offline"] + flags)
            #expect(check.code == 78 && check.words.contains("in use by another process"), "\(mode): \(check.words)")
            #expect(try await site.run([mode] + flags).code == 78)
        }
        #expect(try await site.stop(dev) == 0)
        for arguments in [
            ["work", "--store-url", "sqlite:/nonexistent/x.sqlite"], ["files", "--data-dir", "/proc"],
            ["work", "--store-url", "sqlite:/proc/x.sqlite"], ["work", "--store-url", "sqlite:\(site.data)"],
        ] {
            let check = try await site.run(["config", "check"] + arguments)
            #expect(check.code == 78, "\(arguments): \(check.words)")
            #expect(!check.words.contains("make room"), "\(check.words)")
        }
    }

    @Test("T30: equal keys, rules of no app and more questions than connections are warnings")
    func warnings() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let keys = ["LOGFERRY_ADMIN_KEY": key, "LOGFERRY_INTERNAL_KEY": key]
        let check = try await site.run(
            ["config", "check", "serve", "--http-port", "0", "--retention-apps", "shop=3,shap=4"], environment: keys)
        #expect(check.code == 0 && check.words.contains("are the same text"), "\(check.words)")
        #expect(check.words.contains("names \"shap\"") && !check.words.contains("\"shop\""), "\(check.words)")
        let questions = try await site.run(
            ["config", "check", "--offline", "--http-max-questions", "9", "--store-connections", "8"],
            environment: ["LOGFERRY_STORE_URL": "postgres://127.0.0.1:1/none"])
        #expect(questions.code == 0 && questions.words.contains("http.max_questions is 9"), "\(questions.words)")
    }

    @Test("B10: what is wrong in a file names the setting or the line, and hides nothing else")
    func files() async throws {
        let site = try Site()
        let file = site.folder + "/c.json"
        for (text, says) in [
            (#"{"http":{"port":9000.5},"log":{"level":["x"]}}"#, [#""http.port" as 9000.5"#, #""log.level""#]),
            (#"{"http":{"port":null},"seal.grace":"1"}"#, [#""http.port" as null"#, "250ms, 10s"]),
            (#"{"http":{"port":1},"http.port":1}"#, [#""http.port" twice"#]),
            ("{\n\"http\":\n{\"port\":1,}}", ["is not JSON: look at line 3"]), ("[]", ["is no JSON object"]),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            let check = try await site.run(["config", "check", "--offline", "--config", file])
            #expect(check.code == 78)
            for part in says { #expect(check.words.contains(part), "\(text): \(check.words)") }
        }
    }

    @Test("T30: check agrees with the start, and makes nothing")
    func agreement() async throws {
        let site = try Site()
        for (mode, code) in [("serve", Int32(78)), ("work", 0), ("dev", 0), ("files", 0)] {
            let result = try await site.run(["config", "check", mode])
            #expect(result.code == code, "\(mode): \(result.words)")
            #expect(!FileManager.default.fileExists(atPath: site.data), "\(mode)")
        }
        #expect(try await site.run(["config", "check", "nosuch"]).code == 2)
        let clash = try await site.run(["config", "check", "--http-port", "9", "--ops-port", "9"])
        #expect(clash.code == 78 && clash.words.contains("http.port and ops.port are both 9"), "\(clash.words)")
        try site.keep("admin.key", key, mode: 0o644)
        let open = try await site.run(["config", "check", "dev"])
        #expect(open.code == 78 && open.words.contains("chmod 600 \(site.data)/admin.key"), "\(open.words)")
        try site.keep("admin.key", key)
        let dev = try await site.startDev()
        let given = ["LOGFERRY_ADMIN_KEY": key, "LOGFERRY_INTERNAL_KEY": key]
        let serve = try await site.run(["config", "check", "serve", "--http-port", "0", "--json"], environment: given)
        #expect(serve.code == 0, "\(serve.output)")
        #expect(serve.output.contains(#""subject":"file store","words":"answers"#), "\(serve.output)")
        let taken = try await site.run(["config", "check", "serve"], environment: given)
        #expect(taken.code == 78 && taken.words.contains("127.0.0.1:\(site.apiPort)"), "\(taken.words)")
        #expect(try await site.stop(dev) == 0)
        let gone = try await site.run(["config", "check", "work"], environment: given)
        #expect(gone.code == 78 && gone.words.contains("is not running"), "\(gone.words)")
    }

    @Test("nothing that only looks changes the schema of an earlier release; a start does, and says so")
    func olderSchema() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let store = "\(site.data)/logferry.sqlite"
        let newest = "(SELECT max(identifier) FROM grdb_migrations)"
        let script = """
            import sqlite3, sys
            store = sqlite3.connect(sys.argv[1])
            for line in store.execute(sys.argv[2]): print(line[0])
            store.commit()
            """
        func ask(_ sql: String) async throws -> String {
            let python = try RunningProgram(
                ["-c", script, store, sql], folder: site.folder + "/logs", program: "/usr/bin/python3")
            #expect(try await python.wait() == 0, "\(python.errorText)")
            return python.outputText
        }
        let version = try await ask("SELECT max(identifier) FROM grdb_migrations")
        _ = try await ask("DROP INDEX client_tokens_sealed")
        _ = try await ask("ALTER TABLE client_tokens DROP COLUMN seal")
        _ = try await ask("DELETE FROM grdb_migrations WHERE identifier = \(newest)")
        let older = try await ask("SELECT max(identifier) FROM grdb_migrations")
        let check = try await site.run(["config", "check", "dev"])
        #expect(check.code == 0 && check.words.contains("schema of an earlier release"), "\(check.words)")
        for command in [
            ["apps", "list"], ["verify"], ["query", "--app", "shop"], ["tokens", "issue", "--app", "shop"],
        ] {
            let refused = try await site.run(command)
            #expect(refused.code == 78 && refused.words.contains("earlier release"), "\(command): \(refused.words)")
        }
        _ = try await site.run(["__complete", "bash", "logferry query --data-dir \(site.data) --app "])
        #expect(try await ask("SELECT max(identifier) FROM grdb_migrations") == older)
        let started = try await site.run(["work", "--once"])
        #expect(started.words.contains("brought up to date"), "\(started.words)")
        #expect(try await ask("SELECT max(identifier) FROM grdb_migrations") == version)
        #expect(try await site.run(["apps", "list"]).output.contains("shop"))
    }
}
