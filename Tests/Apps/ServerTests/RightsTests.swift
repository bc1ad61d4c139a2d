import AppRegistry
import Composition
import HTTPTransport
import LogModel
import RawSockets
import Testing

@testable import Server

/// Who may do what, as one table: each route that the code has, with each kind of credential.
@Suite("Rights", .timeLimit(.minutes(6)))
struct RightsTests {
    /// Whose credential a route asks for; written down here a second time, so that the code has something to differ
    /// from.
    private enum Right { case open, admin, read, write, service }

    /// A route with a request that succeeds when it is let in.
    private struct Row {
        let method: String
        let path: String
        let right: Right
        var sample: String?
        var body: String?
        var success = 200
        /// Asks for the head alone, since the answer to who is let in has no end.
        var asksHead = false
    }

    private static let rows = [
        Row(method: "GET", path: "/livez", right: .open),
        Row(method: "GET", path: "/readyz", right: .open),
        Row(method: "GET", path: "/healthz", right: .open),
        Row(method: "POST", path: "/v1/sdk/init", right: .write, body: "{}"),
        Row(method: "POST", path: "/api/logs/init", right: .write, body: "{}"),
        Row(method: "POST", path: "/v1/apps", right: .admin, body: #"{"name":"made"}"#, success: 201),
        Row(method: "GET", path: "/v1/apps", right: .admin),
        Row(method: "GET", path: "/v1/apps/{app}", right: .admin, sample: "/v1/apps/rights"),
        Row(method: "DELETE", path: "/v1/apps/{app}", right: .admin, sample: "/v1/apps/scratch", success: 204),
        Row(method: "POST", path: "/v1/apps/{app}/repair", right: .admin, sample: "/v1/apps/rights/repair"),
        Row(
            method: "POST", path: "/v1/apps/{app}/tokens", right: .admin, sample: "/v1/apps/rights/tokens", body: "{}",
            success: 201),
        Row(method: "GET", path: "/v1/apps/{app}/tokens", right: .admin, sample: "/v1/apps/rights/tokens"),
        Row(
            method: "DELETE", path: "/v1/apps/{app}/tokens/{token}", right: .admin,
            sample: "/v1/apps/rights/tokens/SPARE", success: 204),
        Row(method: "GET", path: "/v1/logs", right: .read, sample: "/v1/logs?app=rights"),
        Row(method: "POST", path: "/v1/logs/query", right: .read, body: #"{"app":"rights"}"#),
        Row(method: "GET", path: "/v1/logs/count", right: .read, sample: "/v1/logs/count?app=rights"),
        Row(method: "GET", path: "/v1/logs/fields", right: .read, sample: "/v1/logs/fields?app=rights"),
        Row(method: "GET", path: "/v1/logs/histogram", right: .read, sample: "/v1/logs/histogram?app=rights"),
        Row(
            method: "GET", path: "/v1/logs/tail", right: .read, sample: "/v1/logs/tail?app=rights", asksHead: true),
        Row(method: "GET", path: "/v1/runs", right: .admin),
        Row(method: "GET", path: "/v1/cursors", right: .admin),
        Row(method: "GET", path: "/v1/rejects", right: .admin),
        Row(method: "POST", path: "/v1/rejects/replay", right: .admin, body: "{}"),
        Row(
            method: "POST", path: "/internal/consume-logs", right: .service,
            sample: "/internal/consume-logs?wait=true"),
        Row(
            method: "POST", path: "/internal/index-logs", right: .service, sample: "/internal/index-logs?wait=true"),
        Row(
            method: "POST", path: "/internal/cleanup-logs", right: .service,
            sample: "/internal/cleanup-logs?wait=true"),
    ]

    /// What a route must answer: its status, and the code of the refusal.
    private static func expected(_ row: Row, _ credential: Credential) -> (status: Int, code: String?) {
        let success: (Int, String?) = (row.success, nil)
        if row.right == .open { return success }
        if row.right == .service { return credential == .internal ? success : (401, "unauthenticated") }
        switch credential {
        case .none, .wrong, .internal, .forged, .storage: return (401, "unauthenticated")
        case .revoked: return (401, "token_revoked")
        case .expired: return (401, "token_expired")
        case .ofDeletedApp: return (403, "app_deleted")
        case .admin: return row.right == .write ? (403, "forbidden") : success
        case .write: return row.right == .write ? success : (403, "forbidden")
        case .read: return row.right == .read ? success : (403, "forbidden")
        case .foreignRead: return row.right == .read ? (404, "unknown_app") : (403, "forbidden")
        }
    }

    @Test("Q1, I5: each route answers each kind of credential as the table says, and no route is without a row")
    func table() async throws {
        try await ServerBench.run(["http.key_guess_rate": "1000/min"]) { bench in
            let routes = Set(bench.routes.map { "\($0.method) \($0.path)" })
            #expect(routes == Set(RightsTests.rows.map { "\($0.method) \($0.path)" }))
            let keyring = try await Keyring(for: bench)
            let scratch = try await bench.deployment.apps.register(named: "scratch")
            _ = scratch
            let rights = try await bench.deployment.apps.find("rights").id
            let spare = try await bench.deployment.tokens.issue(for: rights, name: "spare").token.id.text
            for row in RightsTests.rows {
                let path = (row.sample ?? row.path).replacing("SPARE", with: spare)
                // Those that may come last: what they do cannot be done twice.
                let order = Credential.allCases.sorted { left, _ in
                    RightsTests.expected(row, left).status >= 400
                }
                for credential in order {
                    let wanted = RightsTests.expected(row, credential)
                    let answer = try await bench.send(
                        row.asksHead ? .head : try #require(RightsTests.methods[row.method]), path,
                        headers: keyring.headers(credential), body: row.body)
                    let place: Comment = "\(row.method) \(row.path) with \(credential.rawValue)"
                    #expect(answer.status == wanted.status, place)
                    if !row.asksHead { #expect(answer.code == wanted.code, place) }
                    if answer.status == 401 { #expect(answer.headers["WWW-Authenticate"] == "Bearer", place) }
                }
            }
        }
    }

    private static let methods: [String: HTTPMethod] = ["GET": .get, "POST": .post, "DELETE": .delete]

    @Test("Q2: a read token has its own app only, however it asks and whatever cursor it brings")
    func tenants() async throws {
        try await ServerBench.run { bench in
            let keyring = try await Keyring(for: bench)
            let rights = try await bench.deployment.apps.find("rights").id.text
            for (credential, names) in [(Credential.read, ["neighbour", "gone"]), (.foreignRead, ["rights", rights])] {
                for name in names {
                    for path in ["/v1/logs", "/v1/logs/count", "/v1/logs/histogram"] {
                        let answer = try await bench.send(
                            .get, "\(path)?app=\(name)", headers: keyring.headers(credential))
                        #expect(answer.status == 404 && answer.code == "unknown_app", "\(path) \(name)")
                    }
                    let answer = try await bench.send(
                        .post, "/v1/logs/query", headers: keyring.headers(credential), body: #"{"app":"\#(name)"}"#)
                    #expect(answer.status == 404 && answer.code == "unknown_app", "\(name)")
                }
                let own = try await bench.send(.get, "/v1/logs/count", headers: keyring.headers(credential))
                #expect(own.status == 200, "its own app needs no name")
            }
        }
    }

    @Test(
        "T42: beyond a bounded number of wrong keys of an address more are 429 at a bounded pace; a right key is taken whatever came before"
    )
    func guesses() async throws {
        // The lane lets eight times the rate through: here one key each 1.5 seconds.
        try await ServerBench.run(["http.key_guess_rate": "5/min"]) { bench in
            let keyring = try await Keyring(for: bench)
            for _ in 0..<5 {
                #expect(try await bench.send(.get, "/v1/apps", bearer: "a-wrong-guess").status == 401)
            }
            let start = ContinuousClock.now
            for number in 0..<3 {
                let answer = try await bench.send(.get, "/v1/apps", bearer: "another-guess-\(number)")
                #expect(answer.status == 429 && answer.code == "too_many_guesses", "\(answer.text)")
                #expect(answer.headers["Retry-After"] != nil)
            }
            #expect(try await bench.send(.get, "/v1/apps", bearer: bench.adminKey).status == 200)
            #expect(ContinuousClock.now - start > .seconds(4), "keys are compared one after the other, right and wrong")
            let internalKey = try await bench.send(
                .post, "/internal/consume-logs?wait=true", headers: ["x-internal-access-key": bench.internalKey])
            #expect(internalKey.status == 200)
            let door = try await bench.send(.post, "/v1/sdk/init", headers: keyring.headers(.write), body: "{}")
            #expect(door.status == 200)
            #expect(try await bench.send(.get, "/v1/logs", headers: keyring.headers(.read)).status == 200)
            let other = try await RawConnection(port: bench.apiPort, from: 9)
            try await other.send(
                "GET /v1/apps HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(bench.adminKey)\r\nConnection: close\r\n"
                    + "X-Forwarded-For: 127.0.0.1\r\n\r\n")
            #expect(try await other.receiveAll().hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("keys are asked for in their own place only")
    func places() async throws {
        try await ServerBench.run { bench in
            let asBearer = try await bench.send(.post, "/internal/consume-logs", bearer: bench.internalKey)
            #expect(asBearer.status == 401)
            let asHeader = try await bench.send(
                .get, "/v1/apps", headers: ["x-internal-access-key": bench.adminKey])
            #expect(asHeader.status == 401)
            let key = bench.adminKey
            for scheme in ["Basic \(key)", key, "Bearer", "Bearer ", "Bearer x \(key)"] {
                let answer = try await bench.send(.get, "/v1/apps", headers: ["Authorization": scheme])
                #expect(answer.status == 401, "\(scheme.prefix(8))")
            }
            let answer = try await bench.send(
                .get, "/v1/apps", headers: ["Authorization": "bEaReR   \(bench.adminKey)"])
            #expect(answer.status == 200)
        }
    }

    @Test("HEAD is answered like GET without a body, and where there is nothing to get it is refused without one")
    func heads() async throws {
        try await ServerBench.run { bench in
            let connection = try await RawConnection(port: bench.apiPort)
            let paths = ["/livez", "/nothing", "/v1/sdk/init", "/v1/apps"]
            try await connection.send(
                paths.map { "HEAD \($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined()
                    + "GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let answers = try await connection.receiveAll().split(separator: "HTTP/1.1 ")
            #expect(answers.map { $0.prefix(3) } == ["200", "404", "405", "401", "200"])
            #expect(answers.dropLast().allSatisfy { $0.hasSuffix("\r\n\r\n") })
        }
    }
}
