import AppRegistry
import Composition
import HTTPTransport
import LogModel
import SdkProvisioning
import Testing

/// What the deletion of tokens and apps answers, and what is then true of the file store.
@Suite("Revocation over HTTP", .timeLimit(.minutes(6)))
struct RevocationAnswerTests {
    private struct Writer {
        let app: AppID
        let id: TokenID
        let credential: String
        let file: String
    }

    private static func writer(_ bench: ServerBench) async throws -> Writer {
        let app = try await bench.deployment.apps.findOrRegister("shop").id
        let issued = try await bench.deployment.tokens.issue(for: app, name: nil)
        let answer = try await bench.send(
            .post, "/v1/sdk/init", bearer: issued.secret.reveal { $0 }, body: "{}")
        guard let credential = answer.json["token"] as? String, let folder = answer.json["folderPath"] as? String,
            let prefix = answer.json["filePrefix"] as? String
        else { throw Trouble(answer.text) }
        return Writer(
            app: app, id: issued.token.id, credential: credential, file: "\(folder)/\(prefix)-2026-11-20.ndjson")
    }

    @Test("T16: 204 says that the storage credential has ended, for a token and for a whole app")
    func atOnce() async throws {
        try await ServerBench.run { bench in
            let writers = [
                try await RevocationAnswerTests.writer(bench), try await RevocationAnswerTests.writer(bench),
            ]
            let paths = ["/v1/apps/shop/tokens/\(writers[0].id)", "/v1/apps/shop"]
            for (writer, path) in zip(writers, paths) {
                #expect(try await bench.upload("{}\n", to: writer.file, with: writer.credential).status == 200)
                let answer = try await bench.send(.delete, path, bearer: bench.adminKey)
                #expect(answer.status == 204, "\(answer.text)")
                #expect(try await bench.upload("{}\n", to: writer.file, with: writer.credential).status == 401)
            }
        }
    }

    @Test(
        "T16: 202 says that it is owed, and why",
        arguments: [("503 Down", "storage_unavailable"), ("403 No", "storage_refused")])
    func owed(_ status: String, _ reason: String) async throws {
        let store = try FixedAnswerServer(status, headers: [])
        let settings = [
            "fimidara.server_url": "http://127.0.0.1:\(store.port)", "fimidara.auth_token": "an-agent-token-of-ours",
        ]
        try await ServerBench.run(settings) { bench in
            let app = try await bench.deployment.apps.findOrRegister("shop").id
            let id = try await bench.deployment.tokens.issue(for: app, name: nil).token.id
            let answer = try await bench.send(.delete, "/v1/apps/shop/tokens/\(id)", bearer: bench.adminKey)
            #expect(answer.status == 202, "\(answer.text)")
            #expect(answer.json["storageTokensOwed"] as? Int == 1)
            #expect(answer.json["reason"] as? String == reason)
            let again = try await bench.send(.delete, "/v1/apps/shop/tokens/\(id)", bearer: bench.adminKey)
            #expect(again.status == 404 && again.code == "unknown_token")
            // What was owed before is owed still: 204 would say that no credential writes any more.
            let deletion = try await bench.send(.delete, "/v1/apps/shop", bearer: bench.adminKey)
            #expect(deletion.status == 202, "\(deletion.text)")
            #expect(deletion.json["storageTokensOwed"] as? Int == 1)
            #expect(deletion.json["reason"] as? String == reason)
        }
    }

    @Test("T70: a repair over HTTP puts back what was taken away on the file server")
    func repair() async throws {
        try await ServerBench.run { bench in
            let writer = try await RevocationAnswerTests.writer(bench)
            let admin = bench.adminKey
            let before = try await bench.send(.post, "/v1/apps/shop/repair", bearer: admin)
            #expect(before.status == 200 && before.text.contains(#""repaired":[]"#), "\(before.text)")
            #expect(before.text.contains(#""nextCursor":null"#), "\(before.text)")
            let behind = try await bench.send(
                .post, "/v1/apps/shop/repair?cursor=\(writer.id)", bearer: admin)
            #expect(behind.json["members"] as? Int == 0, "\(behind.text)")
            #expect(try await bench.send(.post, "/v1/apps/shop/repair?cursor=x", bearer: admin).status == 400)
            guard let storage = bench.deployment.fileStore?.administration else { throw Trouble("no file store") }
            for group in try await storage.groups(named: "logferry-write-\(writer.app)") {
                #expect(try await storage.deleteGroup(group))
            }
            #expect(try await bench.upload("{}\n", to: writer.file, with: writer.credential).status == 403)
            let after = try await bench.send(.post, "/v1/apps/shop/repair", bearer: admin)
            #expect(after.text.contains(#""repaired":["group","membership"]"#), "\(after.text)")
            #expect(try await bench.upload("{}\n", to: writer.file, with: writer.credential).status == 200)
        }
    }
}
