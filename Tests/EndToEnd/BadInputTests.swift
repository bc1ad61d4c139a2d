import Foundation
import Glibc
import HTTPTransport
import ServerRig
import Testing

/// Every input can be bad: the answer says what, where and what to do, and nothing hangs.
@Suite("Bad input", .serialized)
struct BadInputTests {
    @Test("commands refuse what they cannot use, with the right exit code and a hint")
    func commands() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "other"]).code == 0)
        let junk = site.folder + "/junk.sqlite"
        try Data("this is no database, whatever its name".utf8).write(to: URL(fileURLWithPath: junk))
        chmod(junk, 0o644)
        let wrong = site.folder + "/wrong.json"
        try Data(#"{"http":{"prt":1}}"#.utf8).write(to: URL(fileURLWithPath: wrong))
        let twice = site.folder + "/twice.json"
        try Data(#"{"http.port":1,"http":{"port":2}}"#.utf8).write(to: URL(fileURLWithPath: twice))
        let same = site.folder + "/same.json"
        try Data(#"{"http":{"port":1,"port":1}}"#.utf8).write(to: URL(fileURLWithPath: same))
        let (id, quotas) = ("app_01aryz6s410000000000000000", "--local-fimidara-app-quotas")
        let cases: [(arguments: [String], code: Int32, says: String)] = [
            (["apps", "list", "--htp-port", "1"], 2, "--http-port"),
            (["frobnicate"], 2, "frobnicate"),
            (["query"], 2, "--app"),
            (["apps", "remove", "x"], 2, "--yes"),
            (["query", "--app", "nope"], 1, "there is no app \"nope\""),
            (["query", "--app", "nope", "--from", "yesterday"], 2, "RFC 3339"),
            (["apps", "add", "-x-"], 2, "name"),
            (["apps", "add", "bad/name"], 2, "1 to 64"), (["apps", "add", ""], 2, "1 to 64"),
            (["config", "check", "--seal-grace", "1"], 78, "250ms, 10s"),
            (["config", "check", "--config", wrong], 78, "did you mean \"http.port\""),
            (["config", "check", "--config", site.folder + "/none.json"], 78, "cannot be read"),
            (["config", "check", "--config", twice], 78, "has \"http.port\" twice"),
            (["config", "check", "--config", same], 78, "has \"http.port\" twice"),
            (["config", "check", quotas, "app_shop=1GiB"], 78, "no id of an app"),
            (["config", "check", quotas, "\(id)=1GiB,\(id)=2GiB"], 78, "twice"),
            (["config", "check", "--http-key-guess-rate", "2000000000000000000/min"], 78, "is not a rate"),
            (["config", "check", "--admin-key", "abc"], 2, "LOGFERRY_ADMIN_KEY"),
            (["apps", "list", "--store-url", "sqlite:" + junk], 78, "not a readable SQLite file"),
            (["apps", "list", "--store-url", "oracle:x"], 78, "sqlite:PATH"),
            (["config", "check", "--store-url", "mongodb://"], 78, "not a URL of MongoDB"),
            (
                ["config", "check", "--store-url", "mongodb://h/x", "--ingest-max-line-bytes", "16MiB"], 78,
                "15MiB at most"
            ),
            (["apps", "list", "--store-url", "mongodb://u:canary@h/x"], 2, "LOGFERRY_STORE_URL"),
            (
                ["apps", "list", "--store-url", "mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=200"], 75,
                "mongodb://127.0.0.1:1/x cannot be reached"
            ),
            (["apps", "list", "--data-dir", junk + "/sub"], 78, "data folder"),
            (["serve"], 78, "LOGFERRY_ADMIN_KEY"),
            (["work", "--once"], 0, "fimidara.server_url"),
            (["ingest", "/nowhere.ndjson", "--app", "nope"], 1, "there is no app"),
        ]
        for wanted in cases {
            let result = try await site.run(wanted.arguments)
            #expect(result.code == wanted.code, "\(wanted.arguments): \(result.code) \(result.words)")
            #expect(result.words.contains(wanted.says), "\(wanted.arguments): \(result.words)")
            #expect(result.output.isEmpty, "words belong on standard error: \(wanted.arguments)")
        }
        let given = ["--store-url", "sqlite:" + junk]
        #expect(try await site.run(["apps", "add", "shop"] + given).code == 78)
        var found = stat()
        #expect(stat(junk, &found) == 0 && found.st_mode & 0o777 == 0o644, "what is no store keeps its rights")
    }

    @Test("a store from a newer release is refused")
    func newerStore() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let script = site.folder + "/newer.py"
        try Data(
            """
            import sqlite3, sys
            store = sqlite3.connect(sys.argv[1])
            store.execute("INSERT INTO grdb_migrations VALUES ('9999-from-the-future')")
            store.commit()
            """.utf8
        ).write(to: URL(fileURLWithPath: script))
        try await runPython([script, site.data + "/logferry.sqlite"])
        let refused = try await site.run(["apps", "list"])
        #expect(refused.code == 78 && refused.words.contains("newer release"), "\(refused.words)")
    }

    @Test("a port that is taken ends dev with a hint")
    func portInUse() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let other = site.folder + "/other"
        let second = try RunningProgram(
            ["dev"] + site.flags + ["--data-dir", other], folder: site.folder + "/logs")
        #expect(try await second.wait() == 78)
        #expect(second.errorText.contains("cannot listen on 127.0.0.1:\(site.apiPort)"), "\(second.errorText)")
        let same = try RunningProgram(
            ["dev"] + site.flags + ["--http-port", "0", "--local-fimidara-port", "1"], folder: site.folder + "/logs")
        #expect(try await same.wait() == 78)
        #expect(same.errorText.contains("in use by another process"), "\(same.errorText)")
        #expect(try await site.stop(dev) == 0)
    }

    @Test("a file store that is down makes a run fail in words, and init answer 503")
    func fileStoreDown() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let token = try await site.run(["tokens", "issue", "--app", "shop"])
        let environment = [
            "LOGFERRY_FIMIDARA_SERVER_URL": "http://127.0.0.1:1", "LOGFERRY_FIMIDARA_AUTH_TOKEN": "canary-secret-text",
            "LOGFERRY_ADMIN_KEY": String(repeating: "a", count: 32),
            "LOGFERRY_INTERNAL_KEY": String(repeating: "i", count: 32),
        ]
        let work = try await site.run(["work", "--once"], environment: environment)
        #expect(work.code == 75 && work.words.contains("cannot connect"), "\(work.code) \(work.words)")
        let serve = try RunningProgram(["serve"] + site.flags, environment: environment, folder: site.folder + "/logs")
        for _ in 0..<500 where (try? await site.send("GET", site.api("/livez")))?.status != 200 {
            try await Task.sleep(for: .milliseconds(10))
        }
        let secret = token.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let answer = try await site.call("POST", site.api("/v1/sdk/init"), secret, "{}")
        #expect(answer.status == 503 && answer.code == "storage_unavailable", "\(answer.text)")
        #expect(answer.headers["Retry-After"] != nil)
        #expect(!answer.text.contains("127.0.0.1:1"), "upstream text stays in the log")
        #expect(try await site.stop(serve) == 0)
        for text in [work.words, serve.errorText] {
            #expect(!text.contains("canary-secret-text") && !text.contains(secret))
        }
    }

    @Test("requests that are wrong get a problem that says so")
    func requests() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--http-max-body", "1KiB"])
        _ = try await Application.register("shop", at: site)
        let admin = try site.secret("admin.key")
        let large = #"{"name":"\#(String(repeating: "x", count: 2000))"}"#
        let cases: [(method: String, path: String, body: String?, status: Int, code: String)] = [
            ("POST", "/v1/apps", #"{"name":"#, 400, "invalid_json"),
            ("POST", "/v1/apps", "[]", 400, "invalid_request"),
            ("POST", "/v1/apps", "{}", 400, "invalid_request"),
            ("POST", "/v1/apps", #"{"name":5}"#, 400, "invalid_request"),
            ("POST", "/v1/apps", #"{"name":"a","nme":"b"}"#, 400, "unknown_member"),
            ("POST", "/v1/apps", #"{"name":"shop"}"#, 409, "name_taken"),
            ("POST", "/v1/apps", #"{"name":"a","name":"b"}"#, 400, "invalid_request"),
            ("POST", "/v1/apps", large, 413, "body_too_large"),
            ("GET", "/v1/apps/nope", nil, 404, "unknown_app"),
            ("GET", "/v1/apps?limt=5", nil, 400, "unknown_parameter"),
            ("GET", "/v1/apps?limit=0", nil, 400, "invalid_request"),
            ("GET", "/v1/apps?limit=1001", nil, 400, "invalid_request"),
            ("GET", "/v1/apps?cursor=zzz", nil, 400, "invalid_cursor"),
            ("PUT", "/v1/apps", "{}", 405, "method_not_allowed"),
            ("GET", "/v1/nothing", nil, 404, "unknown_route"),
            ("GET", "/v1/logs", nil, 400, "invalid_request"),
            ("GET", "/v1/logs?app=nope", nil, 404, "unknown_app"),
            ("GET", "/v1/logs?app=shop&from=yesterday", nil, 400, "invalid_request"),
            ("GET", "/v1/logs?app=shop&level=loud", nil, 400, "invalid_request"),
            ("GET", "/v1/logs?app=shop&order=up", nil, 400, "invalid_request"),
            ("GET", "/v1/logs?app=shop&cursor=00", nil, 400, "invalid_cursor"),
            ("GET", "/v1/logs?app=shop&where=%7B", nil, 400, "invalid_json"),
            (
                "POST", "/v1/logs/query", #"{"app":"shop","where":[{"path":"a","op":"is","value":1}]}"#, 400,
                "invalid_request"
            ),
            (
                "POST", "/v1/logs/query", #"{"app":"shop","where":[{"path":"a","op":"gt","value":null}]}"#, 400,
                "invalid_request"
            ),
            ("POST", "/v1/apps/shop/tokens", #"{"scopes":["root"]}"#, 400, "invalid_request"),
            ("POST", "/v1/apps/shop/tokens", #"{"expiresAt":"2001-01-01T00:00:00Z"}"#, 400, "invalid_request"),
            ("DELETE", "/v1/apps/shop/tokens/tok_nope", nil, 404, "unknown_token"),
        ]
        for wanted in cases {
            let answer = try await site.call(wanted.method, site.api(wanted.path), admin, wanted.body)
            #expect(answer.status == wanted.status, "\(wanted.path) \(wanted.body ?? ""): \(answer.text)")
            #expect(answer.code == wanted.code, "\(wanted.path) \(wanted.body ?? ""): \(answer.text)")
            #expect(answer.headers["Content-Type"] == "application/problem+json")
        }
        #expect(try await site.stop(dev) == 0)
    }

    @Test("tokens that are wrong, expired or of a deleted app are told apart where that helps, and let nobody in")
    func tokens() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let app = try await Application.register("shop", at: site)
        let admin = try site.secret("admin.key")
        let end = ISO8601DateFormatter().string(from: Date().addingTimeInterval(2))
        let brief = try await site.call(
            "POST", site.api("/v1/apps/shop/tokens"), admin, #"{"expiresAt":"\#(end)"}"#)
        let text = try #require(brief.json["token"] as? String)
        #expect(try await site.call("POST", site.api("/v1/sdk/init"), text, "{}").status == 200)
        let cut = String(text.dropLast()) + (text.hasSuffix("A") ? "B" : "A")
        for (token, code) in [("", "unauthenticated"), ("lfy_", "unauthenticated"), (cut, "unauthenticated")] {
            let answer = try await site.call("POST", site.api("/v1/sdk/init"), token, "{}")
            #expect(answer.status == 401 && answer.code == code)
        }
        var expired = try await site.call("POST", site.api("/v1/sdk/init"), text, "{}")
        for _ in 0..<100 where expired.status == 200 {
            try await Task.sleep(for: .milliseconds(50))
            expired = try await site.call("POST", site.api("/v1/sdk/init"), text, "{}")
        }
        #expect(expired.status == 401 && expired.code == "token_expired")
        #expect(try await site.call("DELETE", site.api("/v1/apps/shop"), admin).status == 204)
        let orphan = try await site.call("POST", site.api("/v1/sdk/init"), app.clientToken, "{}")
        #expect(orphan.status == 403 && orphan.code == "app_deleted")
        #expect(try await site.stop(dev) == 0)
    }

    private func runPython(_ arguments: [String]) async throws {
        let process = try RunningProgram(arguments, folder: NSTemporaryDirectory(), program: "/usr/bin/python3")
        #expect(try await process.wait() == 0, "\(process.errorText)")
    }
}
