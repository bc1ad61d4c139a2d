import Foundation
import HTTPTransport
import ServerRig
import TestSupport
import Testing

/// An API whose PostgreSQL loses the answers to COMMIT.
@Suite(
    "Lost answers to COMMIT", .serialized, .enabled(if: StoreKind.available.contains(.postgres)),
    .timeLimit(.minutes(15)))
struct LostCommitTests {
    /// An API on a store of its own behind a proxy.
    private struct Scene {
        let store: StoreServer
        let proxy: FaultProxy
        let site: Site
        let environment: [String: String]
        let admin = String(repeating: "a", count: 32)

        /// Lends a scene to a test.
        static func run(_ test: (Scene) async throws -> Void) async throws {
            let scene = try await Scene()
            let serve = try RunningProgram(
                ["serve"] + scene.site.flags, environment: scene.environment, folder: scene.site.folder + "/logs")
            try await Fleet.until("the API answers") {
                (try? await scene.site.send("GET", scene.site.api("/readyz")))?.status == 200
            }
            try await test(scene)
            scene.proxy.mood = .calm
            #expect(try await scene.site.stop(serve) == 0)
            scene.proxy.stop()
            try await scene.store.stop()
        }

        private init() async throws {
            store = try await StoreServer(.postgres)
            site = try Site()
            let direct = try #require(store.environment["LOGFERRY_STORE_URL"])
            let port = try #require(URLComponents(string: direct)?.port)
            proxy = try FaultProxy(to: UInt16(port))
            // A server that says nothing is given up soon.
            let url = direct.replacing(":\(port)/", with: ":\(proxy.port)/")
            environment = [
                "LOGFERRY_STORE_URL": url + (url.contains("?") ? "&" : "?") + "connect_timeout=2",
                "LOGFERRY_ADMIN_KEY": admin, "LOGFERRY_INTERNAL_KEY": String(repeating: "i", count: 32),
            ]
            try site.keep("admin.key", admin)
        }

        func call(_ method: String, _ path: String, _ json: String? = nil, key: String? = nil) async throws
            -> Site.Answer
        {
            var headers: HTTPHeaders = ["Authorization": "Bearer \(admin)"]
            if let key { headers.add("Idempotency-Key", key) }
            return try await site.send(method, site.api(path), headers: headers, body: json.map { Array($0.utf8) })
        }

        /// The ids of the tokens of an app that would let their bearers in.
        func living(of app: String) async throws -> [String] {
            let items = try await call("GET", "/v1/apps/\(app)/tokens").json["items"] as? [[String: Any]] ?? []
            return items.compactMap { item in
                // Those that were never handed out have ended when they began; no other end is given here.
                item["revokedAt"] is String || item["expiresAt"] is String ? nil : item["id"] as? String
            }
        }
    }

    @Test("T95: each connection is cut behind its COMMIT: apps and tokens come and go as if nothing had been lost")
    func cut() async throws {
        try await Scene.run { scene in
            scene.proxy.mood = .losingCommits(.cut)
            let app = try await scene.call("POST", "/v1/apps", #"{"name":"shop"}"#)
            #expect(app.status == 201, "\(app.text)")
            #expect(scene.proxy.lostCommits == 1)
            for round in 0..<5 {
                let token = try await scene.call(
                    "POST", "/v1/apps/shop/tokens", #"{"scopes":["read"]}"#, key: round == 0 ? "k" : nil)
                #expect(token.status == 201, "\(token.text)")
                let text = try #require(token.json["token"] as? String)
                let count = try await scene.site.call("GET", scene.site.api("/v1/logs/count"), text)
                #expect(count.status == 200, "\(count.text)")
                let id = try #require(token.json["id"] as? String)
                #expect(try await scene.living(of: "shop") == [id])
                // There is no file store, so something stays owed.
                let end = try await scene.call("DELETE", "/v1/apps/shop/tokens/\(id)")
                #expect(end.status == 202, "\(end.text)")
            }
            let added = try await scene.site.run(["apps", "add", "billing"], environment: scene.environment)
            #expect(added.code == 0, "\(added.words)")
            let issued = try await scene.site.run(
                ["tokens", "issue", "--app", "billing"], environment: scene.environment)
            #expect(issued.code == 0 && issued.output.hasPrefix("lfy_"), "\(issued.words)")
            #expect(try await scene.living(of: "billing").count == 1)
            let removed = try await scene.site.run(
                ["apps", "remove", "billing", "--yes"], environment: scene.environment)
            #expect(removed.code == 0, "\(removed.words)")
            #expect(try await scene.call("DELETE", "/v1/apps/shop").status == 202)
            #expect(try await scene.call("GET", "/v1/apps").json["items"] as? [String] == [])
            #expect(scene.proxy.lostCommits >= 20)
        }
    }

    @Test("T95: a server that falls silent behind COMMIT: 503 says that it is unknown, a key completes it")
    func silence() async throws {
        try await Scene.run { scene in
            scene.proxy.mood = .losingCommits(.silence(from: 1))
            let lost = try await scene.call("POST", "/v1/apps", #"{"name":"shop"}"#, key: "k")
            #expect(lost.status == 503 && lost.code == "outcome_unknown", "\(lost.text)")
            #expect(lost.headers["Retry-After"] != nil)
            scene.proxy.mood = .calm
            let app = try await LostCommitTests.patiently {
                try await scene.call("POST", "/v1/apps", #"{"name":"shop"}"#, key: "k")
            }
            #expect(app.status == 201, "\(app.text)")
            let list = try await scene.call("GET", "/v1/apps").json["items"] as? [[String: Any]]
            #expect(list?.count == 1 && list?.first?["id"] as? String == app.json["id"] as? String)
            #expect(try await scene.call("POST", "/v1/apps", #"{"name":"b"}"#, key: "k").code == "idempotency_key_used")
        }
    }

    @Test("T95: retries after unknown outcomes leave no token that nobody has seen")
    func unseen() async throws {
        try await Scene.run { scene in
            #expect(try await scene.call("POST", "/v1/apps", #"{"name":"shop"}"#).status == 201)
            let path = "/v1/apps/shop/tokens"
            // Behind the COMMIT that writes the token, and behind the one that lets it live.
            for number in [1, 2] {
                scene.proxy.mood = .losingCommits(.silence(from: number))
                let lost = try await scene.call("POST", path, "{}")
                #expect(lost.status == 503 && lost.code == "outcome_unknown", "\(number): \(lost.text)")
                scene.proxy.mood = .calm
                let seen = try await LostCommitTests.patiently { try await scene.call("POST", path, "{}") }
                #expect(seen.status == 201, "\(number): \(seen.text)")
                #expect(try await scene.living(of: "shop").count == number)
            }
            scene.proxy.mood = .losingCommits(.silence(from: 2))
            #expect(try await scene.call("POST", path, "{}", key: "k").code == "outcome_unknown")
            scene.proxy.mood = .calm
            let token = try await LostCommitTests.patiently { try await scene.call("POST", path, "{}", key: "k") }
            let again = try await scene.call("POST", path, "{}", key: "k")
            #expect(token.status == 201 && token.bytes == again.bytes, "\(token.text)")
            #expect(try await scene.living(of: "shop").count == 3)
        }
    }

    /// Asks again while a store that is there again was not found yet: that nothing was done is certain then.
    private static func patiently(_ ask: () async throws -> Site.Answer) async throws -> Site.Answer {
        for _ in 0..<40 {
            let answer = try await ask()
            guard answer.code == "store_unavailable" else { return answer }
            try await Task.sleep(for: .milliseconds(500))
        }
        return try await ask()
    }
}
