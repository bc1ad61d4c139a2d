import AppRegistry
import Composition
import HTTPTransport
import LogModel
import Testing

/// What init hands out and what it answers when it cannot, over both listeners.
@Suite("Init", .timeLimit(.minutes(6)))
struct InitTests {
    /// What init answered.
    private struct Door {
        let token: String
        let folder: String
        let prefix: String
        let serverURL: String

        init(_ answer: ServerBench.Answer) throws {
            let members = answer.json
            guard let token = members["token"] as? String, let folder = members["folderPath"] as? String,
                let prefix = members["filePrefix"] as? String, let serverURL = members["serverURL"] as? String
            else { throw Trouble(answer.text) }
            (self.token, self.folder, self.prefix, self.serverURL) = (token, folder, prefix, serverURL)
        }

        var file: String { "\(folder)/\(prefix)-2026-11-20.ndjson" }
    }

    private static func issue(
        _ bench: ServerBench, _ app: String, _ scopes: TokenScopes = .write
    ) async throws -> (id: TokenID, text: String) {
        let app = try await bench.deployment.apps.findOrRegister(app).id
        let issued = try await bench.deployment.tokens.issue(for: app, name: nil, scopes: scopes)
        return (issued.token.id, issued.secret.reveal { $0 })
    }

    private static func enter(_ bench: ServerBench, _ token: String) async throws -> Door {
        try Door(try await bench.send(.post, "/v1/sdk/init", bearer: token, body: "{}"))
    }

    @Test("F2: two apps get two folders, each with its own id, and what one logs is never in the other")
    func twoApps() async throws {
        try await ServerBench.run { bench in
            var readers: [String: String] = [:]
            var folders: Set<String> = []
            for name in ["one", "other"] {
                let door = try await InitTests.enter(bench, try await InitTests.issue(bench, name).text)
                let app = try await bench.deployment.apps.find(name).id
                #expect(door.folder.hasSuffix("/\(app.text)"))
                folders.insert(door.folder)
                let line = #"{"of":"\#(name)"}"# + "\n"
                #expect(try await bench.upload(line, to: door.file, with: door.token).status == 200)
                readers[name] = try await InitTests.issue(bench, name, .read).text
            }
            #expect(folders.count == 2)
            try await bench.consume()
            for (name, reader) in readers {
                let answer = try await bench.send(
                    .get, "/v1/logs", bearer: reader, headers: ["Accept": "application/x-ndjson"])
                #expect(answer.text == #"{"of":"\#(name)"}"# + "\n")
            }
        }
    }

    @Test("I6: one token cannot write over, read, list or remove what another token of its app has appended")
    func overwriting() async throws {
        try await ServerBench.run { bench in
            let one = try await InitTests.enter(bench, try await InitTests.issue(bench, "shop").text)
            let other = try await InitTests.enter(bench, try await InitTests.issue(bench, "shop").text)
            #expect(one.folder == other.folder && one.prefix != other.prefix)
            let line = #"{"kept":true}"# + "\n"
            #expect(try await bench.upload(line, to: one.file, with: one.token).status == 200)
            let over = try await bench.upload("{}\n", to: one.file, with: other.token, appending: false)
            #expect(over.status == 403, "\(over.text)")
            let path = one.file.replacing("/", with: "%2F")
            let reading = try await bench.send(
                .get, "/v1/files/readFile/\(path)", bearer: other.token, to: .files)
            #expect(reading.status == 403)
            let removal = try await bench.send(
                .delete, "/v1/files/deleteFile", bearer: other.token, headers: ["Content-Type": "application/json"],
                body: #"{"filepath":"\#(one.file)"}"#, to: .files)
            #expect(removal.status == 403, "\(removal.text)")
            try await bench.consume()
            let stored = try await bench.send(
                .get, "/v1/logs?app=shop", bearer: bench.adminKey, headers: ["Accept": "application/x-ndjson"])
            #expect(stored.text == line)
        }
    }

    @Test(
        "I7: a file store that fails or is busy is 503 with Retry-After; its words and our credential stay inside",
        arguments: [
            ("429 Too Many Requests", "17"), ("503 Service Unavailable", "61"), ("500 Oops", ""), ("502 Bad", ""),
        ])
    func storageFails(_ status: String, _ wait: String) async throws {
        let store = try FixedAnswerServer(status, headers: wait.isEmpty ? [] : ["Retry-After: \(wait)"])
        let settings = [
            "fimidara.server_url": "http://127.0.0.1:\(store.port)", "fimidara.auth_token": "our-own-agent-token",
        ]
        try await ServerBench.run(settings) { bench in
            let token = try await InitTests.issue(bench, "shop").text
            let answer = try await bench.send(.post, "/v1/sdk/init", bearer: token, body: "{}")
            #expect(answer.status == 503 && answer.code == "storage_unavailable", "\(answer.text)")
            let seconds = answer.headers["Retry-After"].flatMap { Int($0) } ?? 0
            #expect(seconds >= 1)
            if wait == "61" { #expect(seconds == 61) }
            #expect(!answer.text.contains("our-own-agent-token") && !answer.text.contains(String(store.port)))
        }
    }

    @Test("I7: a body that is no JSON is 400, before the file store is asked anything")
    func badJSON() async throws {
        let settings = ["fimidara.server_url": "http://127.0.0.1:1", "fimidara.auth_token": "our-own-agent-token"]
        try await ServerBench.run(settings) { bench in
            let token = try await InitTests.issue(bench, "shop").text
            for (body, code) in [("{", "invalid_json"), ("[]", "invalid_request"), (#"{"x":1}"#, "unknown_member")] {
                let answer = try await bench.send(.post, "/v1/sdk/init", bearer: token, body: body)
                #expect(answer.status == 400 && answer.code == code, "\(answer.text)")
            }
        }
    }

    @Test(
        "I8: init names the file store that is configured, as SDKs reach it",
        arguments: [nil, "https://logs.test/store"])
    func serverURL(_ published: String?) async throws {
        try await ServerBench.run(published.map { ["fimidara.public_url": $0] } ?? [:]) { bench in
            let door = try await InitTests.enter(bench, try await InitTests.issue(bench, "shop").text)
            #expect(door.serverURL == published ?? "http://127.0.0.1:\(bench.filesPort)")
        }
    }

    @Test("init is bounded for each token")
    func rate() async throws {
        try await ServerBench.run(["sdk.init_rate": "2/min"]) { bench in
            let token = try await InitTests.issue(bench, "shop").text
            let other = try await InitTests.issue(bench, "shop").text
            for path in ["/v1/sdk/init", "/api/logs/init"] {
                #expect(try await bench.send(.post, path, bearer: token, body: "{}").status == 200)
            }
            let answer = try await bench.send(.post, "/v1/sdk/init", bearer: token, body: "{}")
            #expect(answer.status == 429 && answer.code == "init_rate" && answer.headers["Retry-After"] != nil)
            #expect(try await bench.send(.post, "/v1/sdk/init", bearer: other, body: "{}").status == 200)
        }
    }
}
