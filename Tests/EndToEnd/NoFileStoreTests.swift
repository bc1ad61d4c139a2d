import Foundation
import HTTPTransport
import ServerRig
import Testing

/// Processes of a deployment that has no file store.
@Suite("Without a file store", .timeLimit(.minutes(6)))
struct NoFileStoreTests {
    private static let keys = [
        "LOGFERRY_ADMIN_KEY": String(repeating: "a", count: 32),
        "LOGFERRY_INTERNAL_KEY": String(repeating: "i", count: 32),
    ]

    /// A site whose store holds two lines of the app `shop`.
    private static func filledSite() async throws -> Site {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = site.folder + "/x.ndjson"
        try Data("{\"n\":1}\n{\"n\":2}\n".utf8).write(to: URL(fileURLWithPath: file))
        let ingest = try await site.run(["ingest", file, "--app", "shop"])
        #expect(ingest.code == 0, "\(ingest.words)")
        return site
    }

    @Test("T32: serve answers questions, and says why init and consume-logs cannot")
    func serve() async throws {
        let site = try await NoFileStoreTests.filledSite()
        let token = try await site.run(["tokens", "issue", "--app", "shop"]).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let serve = try RunningProgram(
            ["serve"] + site.flags, environment: NoFileStoreTests.keys, folder: site.folder + "/logs")
        for _ in 0..<500 where (try? await site.send("GET", site.api("/readyz")))?.status != 200 {
            try await Task.sleep(for: .milliseconds(10))
        }
        let admin = String(repeating: "a", count: 32)
        let count = try await site.call("GET", site.api("/v1/logs/count?app=shop"), admin)
        #expect(count.status == 200 && count.text.contains("2"), "\(count.text)")
        for path in ["/v1/sdk/init", "/api/logs/init"] {
            let answer = try await site.call("POST", site.api(path), token, "{}")
            #expect(answer.status == 503 && answer.code == "no_file_store", "\(answer.text)")
            #expect(answer.text.contains("fimidara.server_url"), "\(answer.text)")
        }
        let key: HTTPHeaders = ["x-internal-access-key": String(repeating: "i", count: 32)]
        for (kind, status) in [("consume-logs", 503), ("index-logs", 200), ("cleanup-logs", 200)] {
            let url = site.api("/internal/\(kind)?wait=true")
            let answer = try await site.send("POST", url, headers: key)
            #expect(answer.status == status, "\(kind): \(answer.text)")
        }
        let issued = try await site.call("POST", site.api("/v1/apps/shop/tokens"), admin, "{}")
        let id = try #require(issued.json["id"] as? String)
        let revoked = try await site.call("DELETE", site.api("/v1/apps/shop/tokens/\(id)"), admin)
        #expect((200..<300).contains(revoked.status), "\(revoked.status) \(revoked.text)")
        #expect(try await site.stop(serve) == 0)
        #expect(!serve.errorText.contains("\"level\":\"error\""), "\(serve.errorText)")
    }

    @Test("U3: serve and work that ran before the file store's first start find it, without a restart")
    func later() async throws {
        let site = try Site()
        let serve = try RunningProgram(
            ["serve"] + site.flags, environment: NoFileStoreTests.keys, folder: site.folder + "/logs")
        let work = try RunningProgram(
            ["work", "--consume-interval", "50ms"] + site.flags, environment: [:], folder: site.folder + "/logs")
        try await Fleet.until("serve and work run") {
            (try? await site.send("GET", site.api("/readyz")))?.status == 200
                && work.errorText.contains("this worker consumes nothing")
        }
        #expect(work.errorText.contains("logferry files"), "\(work.errorText)")
        let admin = String(repeating: "a", count: 32)
        #expect(try await site.call("POST", site.api("/v1/apps"), admin, #"{"name":"shop"}"#).status == 201)
        let token = try await site.run(["tokens", "issue", "--app", "shop"]).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let early = try await site.call("POST", site.api("/v1/sdk/init"), token, "{}")
        #expect(early.code == "no_file_store" && early.text.contains("logferry files"), "\(early.text)")
        let files = try RunningProgram(["files"] + site.flags, environment: [:], folder: site.folder + "/logs")
        try await Fleet.until("init is answered") {
            (try? await site.call("POST", site.api("/v1/sdk/init"), token, "{}"))?.status == 200
        }
        let key: HTTPHeaders = ["x-internal-access-key": String(repeating: "i", count: 32)]
        let run = try await site.send("POST", site.api("/internal/consume-logs?wait=true"), headers: key)
        #expect(run.status == 200, "\(run.text)")
        try await Fleet.until("the worker consumes") { work.errorText.contains("is used from now on") }
        #expect(try await site.stop(work) == 0)
        #expect(try await site.stop(serve) == 0)
        #expect(try await site.stop(files) == 0)
    }

    @Test("T34: ingest leaves the fields up to date")
    func fields() async throws {
        let site = try await NoFileStoreTests.filledSite()
        let fields = try await site.run(["fields", "shop", "--json"])
        #expect(fields.code == 0 && fields.output.contains("\"n\""), "\(fields.output) \(fields.words)")
        #expect(try await site.run(["apps", "add", "empty"]).code == 0)
        let empty = try await site.run(["fields", "empty"])
        #expect(empty.words.contains("logferry work --once"), "\(empty.words)")
    }

    @Test("T34: work does the upkeep, once or again and again, and says once why it consumes nothing")
    func work() async throws {
        let site = try await NoFileStoreTests.filledSite()
        let once = try await site.run(["work", "--once"])
        #expect(once.code == 0, "\(once.words)")
        #expect(once.words.contains("consume-logs: left out: no file store is configured"), "\(once.words)")
        #expect(once.words.contains("index-logs: "), "\(once.words)")
        #expect(once.words.contains("cleanup-logs: "), "\(once.words)")
        let worker = try RunningProgram(
            ["work", "--consume-interval", "50ms", "--index-interval", "50ms", "--log-level", "debug"] + site.flags,
            environment: [:], folder: site.folder + "/logs")
        let sign = "a run of index-logs has ended"
        for _ in 0..<1000 where worker.errorText.components(separatedBy: sign).count < 5 {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(worker.errorText.components(separatedBy: sign).count >= 5, "\(worker.errorText)")
        #expect(!worker.errorText.contains("a run of consume-logs"))
        #expect(try await site.stop(worker) == 0)
        let said = worker.errorText.components(separatedBy: "this worker consumes nothing").count - 1
        #expect(said == 1, "\(worker.errorText)")
    }
}
