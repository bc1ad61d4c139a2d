import FoundationEssentials
import LocalFimidaraAdapter
import LogModel
import Testing

@testable import LocalFimidaraAdapter

@Suite("Tokens", .timeLimit(.minutes(6)))
struct TokenTests {
    @Test("let in until they expire")
    func expire() async throws {
        let store = try await TestStore()
        let end = store.clock.now().milliseconds + 60_000
        let token = try await store.makeToken(["expiresAt": .integer(end)])
        store.clock.advance(by: .milliseconds(59_999))
        #expect(try await store.call("agentTokens/getToken", own, token: token.secret).status == 403)
        store.clock.advance(by: .milliseconds(1))
        let refused = try await store.call("agentTokens/getToken", own, token: token.secret)
        #expect(refused.status == 401)
        #expect(refused.errorName == "InvalidCredentialsError")
        #expect(refused.text.contains("\"action\":\"loginAgain\""))
    }

    @Test(
        "have credentials that end with the duration or with the token, whichever is first",
        arguments: [(3_600_000, 7_200_000, 3_600_000), (7_200_000, 3_600_000, 3_600_000), (3_600_000, nil, 3_600_000)]
            as [(Int64, Int64?, Int64)])
    func refreshDuration(duration: Int64, tokenEnd: Int64?, expected: Int64) async throws {
        let store = try await TestStore()
        let now = store.clock.now().milliseconds
        var members: [JSONValue.Member] = [
            .init(name: "shouldEncode", value: .bool(true)), .init(name: "shouldRefresh", value: .bool(true)),
            .init(name: "refreshDuration", value: .integer(duration)),
        ]
        if let tokenEnd { members.append(.init(name: "expiresAt", value: .integer(now + tokenEnd))) }
        let answer = try await store.call("agentTokens/addToken", .object(members))
        #expect(answer.integer("token", "jwtTokenExpiresAt") == now + expected)
        #expect(answer.string("token", "refreshToken") != nil)
    }

    @Test("that never expire say so by not saying when")
    func neverExpire() async throws {
        let store = try await TestStore()
        let answer = try await store.call("agentTokens/addToken", ["shouldEncode": .bool(true)])
        #expect(answer.integer("token", "jwtTokenExpiresAt") == nil)
        #expect(answer.string("token", "jwtToken") != nil)
        #expect(answer.string("token", "refreshToken") == nil)
    }

    @Test("are refreshed with the secret that came with them, and only while they live")
    func refresh() async throws {
        let store = try await TestStore()
        let made = try await store.call(
            "agentTokens/addToken",
            ["shouldEncode": .bool(true), "shouldRefresh": .bool(true), "refreshDuration": .integer(60_000)])
        let secret = made.string("token", "jwtToken") ?? ""
        let refresh: JSONValue = ["refreshToken": .text(made.string("token", "refreshToken"))]
        let wrong = try await store.call("agentTokens/refreshToken", ["refreshToken": "guess"], token: secret)
        #expect(wrong.status == 403)
        store.clock.advance(by: .seconds(59))
        let renewed = try await store.call("agentTokens/refreshToken", refresh, token: secret)
        #expect(renewed.status == 200)
        store.clock.advance(by: .seconds(2))
        #expect(try await store.call("agentTokens/refreshToken", refresh, token: secret).status == 401)
        let new = renewed.string("jwtToken") ?? ""
        #expect(try await store.call("agentTokens/getToken", own, token: new).status == 403)
    }

    @Test("that are deleted lose all their credentials at once, and free their ids")
    func delete() async throws {
        let store = try await TestStore()
        let token = try await store.makeToken(["providedResourceId": "p1", "name": "n1"])
        let second = try await store.call(
            "agentTokens/getToken", ["providedResourceId": "p1", "shouldEncode": .bool(true)])
        try await store.grant(["readFile"], on: try await store.workspaceID(), to: token.id)
        let answer = try await store.call("agentTokens/deleteToken", ["providedResourceId": "p1"])
        let job = try await store.call("jobs/getJobStatus", ["jobId": .text(answer.string("jobId"))])
        #expect(job.string("status") == "completed")
        for secret in [token.secret, second.string("token", "jwtToken") ?? ""] {
            #expect(try await store.call("agentTokens/getToken", own, token: secret).status == 401)
        }
        let again = try await store.call("agentTokens/addToken", ["providedResourceId": "p1", "name": "N1"])
        #expect(again.status == 200)
        #expect(again.string("token", "resourceId") != token.id)
    }

    @Test("that are deleted while they upload do not get to commit")
    func deleteDuringUpload() async throws {
        let store = try await TestStore()
        let token = try await store.makeToken()
        try await store.grant(["uploadFile"], on: try await store.workspaceID(), to: token.id)
        let staged = try await StagedUpload(
            to: "ws/x.log", of: "late", sending: 2, append: true, create: true, token: token.secret, in: store)
        #expect(try await store.call("agentTokens/deleteToken", ["tokenId": .string(token.id)]).status == 200)
        #expect(try await staged.finish().status == 401)
        #expect(try await store.details("ws/x.log").status == 404)
    }

    @Test("whose end is brought forward end then")
    func bringForward() async throws {
        let store = try await TestStore()
        let token = try await store.makeToken()
        let end = store.clock.now().milliseconds + 1000
        let update: JSONValue = ["tokenId": .string(token.id), "token": ["expiresAt": .integer(end)]]
        #expect(try await store.call("agentTokens/updateToken", update).status == 200)
        #expect(try await store.call("agentTokens/getToken", own, token: token.secret).status == 403)
        store.clock.advance(by: .seconds(1))
        #expect(try await store.call("agentTokens/getToken", own, token: token.secret).status == 401)
    }

    @Test(
        "are shown as Bearer and a secret",
        arguments: [
            ("Bearer nonsense", 401), ("Bearer", 401), ("Bearer  two spaces", 401), ("Basic abc", 403), ("", 401),
        ])
    func readHeader(header: String, status: Int) async throws {
        let store = try await TestStore()
        let answer = try await store.send(
            StorageRequest(
                method: "POST", path: "/v1/workspaces/getWorkspace", headers: ["authorization": header]))
        #expect(answer.status == status)
    }

    @Test("have secrets that are not on the disk")
    func hideSecrets() async throws {
        let store = try await TestStore()
        let made = try await store.call(
            "agentTokens/addToken", ["shouldEncode": .bool(true), "shouldRefresh": .bool(true)])
        let secrets = [
            made.string("token", "jwtToken"), made.string("token", "refreshToken"), TestStore.adminSecret,
        ].compactMap { $0 }
        #expect(secrets.count == 3)
        try await store.store.close()
        for name in ["metadata.sqlite", "metadata.sqlite-wal"] {
            let path = "\(store.directory.path)/\(name)"
            guard let data = try? Data(contentsOf: URL(filePath: path)) else { continue }
            for secret in secrets { #expect(data.firstRange(of: Data(secret.utf8)) == nil) }
        }
    }

    private var own: JSONValue { ["onReferenced": .bool(true)] }
}
