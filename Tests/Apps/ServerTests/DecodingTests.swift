import AppRegistry
import Composition
import HTTPTransport
import Testing

@testable import Server

/// How paths and parameters are read, on every route.
@Suite("Decoding of request targets", .timeLimit(.minutes(2)))
struct DecodingTests {
    @Test("T1: a query string is read as application/x-www-form-urlencoded, and what is malformed names its parameter")
    func parameters() throws {
        let known: Set<String> = ["q", "a b"]
        func read(_ query: String?) throws -> String? { try QueryParameters(query, known: known)["q"] }
        #expect(try read(nil) == nil)
        #expect(try read("") == nil)
        #expect(try read("&&") == nil)
        #expect(try read("q=payment+refused") == "payment refused")
        #expect(try read("q=payment%20refused") == "payment refused")
        #expect(try read("q=a%2Bb%26c%3Dd=e") == "a+b&c=d=e")
        #expect(try read("q=%D0%BE%CF%83") == "о" + "σ")
        #expect(try read("%71=x") == "x")
        #expect(try QueryParameters("a+b=x", known: known)["a b"] == "x")
        for (query, word) in [
            ("q=%", "\"q\""), ("q=%4", "\"q\""), ("q=%zz", "\"q\""), ("q=%ff", "\"q\""), ("q=%C0%80", "\"q\""),
            ("q=", "\"q\""), ("q", "\"q\""), ("q=1&q=2", "\"q\""), ("%zz=1", "%zz"), ("nope=1", "\"nope\""),
            ("=1", "\"\""),
        ] {
            let problem = #expect(throws: Problem.self, "\(query)") { try read(query) }
            #expect(problem?.detail.contains(word) == true, "\(query)")
        }
    }

    @Test("T25: the id of a request whose head cannot be read is taken from that head, and never from its body")
    func idInHead() {
        func id(_ head: String) -> String? { RequestIdentity.given(inHead: Array(head.utf8)) }
        #expect(id("GET / HTTP/1.1\r\nX-Request-Id: 0123456789ab\r\nHost") == "0123456789ab")
        #expect(id("GET / HTTP/1.1\nA: b\nx-request-id:0123456789ab\n") == "0123456789ab")
        #expect(id("POST / HTTP/1.1\r\nA: b\r\n\r\nx-request-id: 0123456789ab\r\n") == nil)
        #expect(id("POST / HTTP/1.1\n\nx-request-id: 0123456789ab\n") == nil)
        #expect(id("GET / HTTP/1.1\r\nx-request-id: 0123456789ab") == nil)
        #expect(id("GET / HTTP/1.1\r\nx-request-id: two words\r\n") == nil)
    }

    @Test("T1: questions with + for a blank are answered on every route, and a broken \"where\" says so")
    func questions() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "my app")
            let condition = "%5B%7B%22path%22:+%22n%22,+%22op%22:+%22eq%22,+%22value%22:+1%7D%5D"
            for path in [
                "/v1/logs?app=my+app", "/v1/logs/count?app=my+app&q=a+b", "/v1/logs/fields?app=my+app",
                "/v1/logs/histogram?app=my+app&interval=60s", "/v1/logs?app=my+app&where=\(condition)",
                "/v1/cursors?app=my+app", "/v1/rejects?app=my+app",
            ] {
                let answer = try await bench.send(.get, path, bearer: bench.adminKey)
                #expect(answer.status == 200, "\(path): \(answer.text)")
            }
            let broken = try await bench.send(.get, "/v1/logs?app=my+app&where=nope", bearer: bench.adminKey)
            #expect(broken.status == 400 && broken.code == "invalid_json")
            #expect((broken.json["detail"] as? String)?.contains("\"where\"") == true, "\(broken.text)")
            let zone = try await bench.send(
                .get, "/v1/logs?app=my+app&from=2026-11-20T12:00:00+02:00", bearer: bench.adminKey)
            #expect(zone.status == 400 && zone.text.contains("%2B"), "\(zone.text)")
        }
    }

    @Test("T12: path segments are percent-decoded; what is malformed names the segment")
    func segments() async throws {
        try await ServerBench.run { bench in
            let names = ["my app", "a.b", "a-b c"]
            for name in names { _ = try await bench.deployment.apps.register(named: name) }
            for (path, name) in zip(["my%20app", "a%2Eb", "%61-b%20c"], names) {
                let answer = try await bench.send(.get, "/v1/apps/\(path)", bearer: bench.adminKey)
                #expect(answer.status == 200 && answer.json["name"] as? String == name, "\(path): \(answer.text)")
                let tokens = try await bench.send(.get, "/v1/apps/\(path)/tokens?limit=5", bearer: bench.adminKey)
                #expect(tokens.status == 200, "\(path)")
                let issued = try await bench.send(
                    .post, "/v1/apps/\(path)/tokens", bearer: bench.adminKey, body: "{}")
                #expect(issued.status == 201, "\(path)")
            }
            for path in ["my+app", "my%2Fapp", "caf%C3%A9"] {
                let answer = try await bench.send(.get, "/v1/apps/\(path)", bearer: bench.adminKey)
                #expect(answer.status == 404 && answer.code == "unknown_app", "\(path): \(answer.text)")
            }
            for path in ["x%", "x%zz", "x%ff"] {
                let answer = try await bench.raw(bench.request("GET", "/v1/apps/\(path)"))
                #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains(#"\"app\" in the path"#), "\(answer)")
            }
            let token = try await bench.raw(bench.request("DELETE", "/v1/apps/a.b/tokens/%zz"))
            #expect(token.hasPrefix("HTTP/1.1 400 ") && token.contains(#"\"token\" in the path"#), "\(token)")
        }
    }

    @Test("T118: an empty value is refused by name wherever a parameter or a member of a question is taken")
    func empty() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "shop")
            for (route, names) in [
                ("/v1/logs", ["app", "from", "to", "level", "minLevel", "q", "where", "order", "limit", "cursor"]),
                ("/v1/logs/count", ["from", "level", "where"]), ("/v1/logs/fields", ["app", "limit", "cursor"]),
                ("/v1/logs/histogram", ["interval", "q"]), ("/v1/logs/tail", ["app", "level"]),
                ("/v1/runs", ["kind", "limit", "cursor"]), ("/v1/cursors", ["app"]), ("/v1/rejects", ["app"]),
                ("/v1/apps", ["limit"]), ("/v1/apps/shop/tokens", ["cursor"]),
            ] {
                for name in names {
                    for query in ["\(name)=", name] {
                        let answer = try await bench.send(.get, "\(route)?\(query)", bearer: bench.adminKey)
                        #expect(answer.status == 400, "\(route)?\(query)")
                        #expect(answer.text.contains(#"\"\#(name)\" is empty"#), "\(route)?\(query): \(answer.text)")
                    }
                }
            }
            for name in ["app", "from", "to", "level", "minLevel", "q", "order"] {
                let body = name == "app" ? #"{"app":""}"# : #"{"app":"shop","\#(name)":""}"#
                let answer = try await bench.send(.post, "/v1/logs/query", bearer: bench.adminKey, body: body)
                #expect(answer.status == 400 && answer.text.contains(#"\"\#(name)\" is empty"#), "\(answer.text)")
            }
            let trigger = try await bench.send(
                .post, "/internal/consume-logs?wait=", headers: ["x-internal-access-key": bench.internalKey])
            #expect(trigger.status == 400 && trigger.text.contains(#"\"wait\" is empty"#))
        }
    }

    @Test("T12: a parameter that a route does not know is refused by name on every route but the probes")
    func unknown() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "shop")
            let keyring = try await Keyring(for: bench)
            for (method, path) in bench.routes where !path.hasPrefix("/api/") && path != "/livez" {
                guard !["/readyz", "/healthz"].contains(path) else { continue }
                let place = path.replacing("{app}", with: "shop").replacing("{token}", with: "t") + "?nope=1"
                let key: Credential =
                    path.hasPrefix("/internal/") ? .internal : path.hasPrefix("/v1/sdk") ? .write : .admin
                let answer = try await bench.send(
                    try #require([HTTPMethod.get, .post, .delete].first { $0.name == method }), place,
                    headers: keyring.headers(key), body: method == "POST" ? "{}" : nil)
                #expect(answer.status == 400 && answer.code == "unknown_parameter", "\(method) \(place)")
                #expect(answer.text.contains(#"\"nope\""#))
            }
            #expect(try await bench.send(.get, "/livez?t=1").status == 200)
        }
    }
}
