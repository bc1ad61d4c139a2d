import AppRegistry
import Composition
import HTTPTransport
import Testing

@testable import Server

/// What clients take, what they send, and which methods paths have (RFC 9110).
@Suite("Negotiation", .timeLimit(.minutes(2)))
struct NegotiationTests {
    private static let json = "application/json"
    private static let lines = "application/x-ndjson"

    @Test(
        "T23: the type of an answer goes by quality, then by how closely it was named, in any case",
        arguments: [
            (nil, json), ("*/*", json), ("application/*", json), (lines, lines), ("APPLICATION/X-NDJSON", lines),
            ("application/x-ndjson;q=0.1, application/json", json), ("application/json;q=0.1, */*", lines),
            ("application/json;Q=0.5,application/x-ndjson;q=0.501", lines), ("application/x-ndjson, */*", lines),
            ("*/*, application/json;q=0", lines), ("application/x-ndjson;q=0", json), ("text/html", json),
            ("application/x-ndjson;q=2, application/json;q=0.1", json), ("", json), (",;,/,", json),
            ("application/x-ndjson ; charset=utf-8 ; q=1.000", lines), ("application/x-ndjson;q=1.001", json),
            ("application/json, application/x-ndjson", json), ("text/*, application/x-ndjson;q=0.001", lines),
        ] as [(String?, String)])
    func accept(_ field: String?, _ best: String) {
        #expect(AcceptedTypes(field).best(of: [NegotiationTests.json, NegotiationTests.lines]) == best)
    }

    @Test("T23: answers are of the type that the client likes best, and lines are not held back by proxies")
    func answers() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "shop")
            for (field, best) in [
                ("application/x-ndjson;q=0.1, application/json", NegotiationTests.json),
                ("Application/X-NDJSON", NegotiationTests.lines),
            ] {
                let get = try await bench.send(
                    .get, "/v1/logs?app=shop", bearer: bench.adminKey, headers: ["Accept": field])
                let post = try await bench.send(
                    .post, "/v1/logs/query", bearer: bench.adminKey, headers: ["Accept": field],
                    body: #"{"app":"shop"}"#)
                for answer in [get, post] {
                    #expect(answer.headers["Content-Type"]?.hasPrefix(best) == true, "\(field)")
                    #expect((answer.headers["X-Accel-Buffering"] == "no") == (best == NegotiationTests.lines))
                }
            }
        }
    }

    @Test("T23: a body of another type or coding is 415 and says what is taken")
    func bodies() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "shop")
            let body = #"{"app":"shop"}"#
            for (name, value, field, taken) in [
                ("Content-Encoding", "gzip", "Accept-Encoding", "identity"),
                ("Content-Encoding", "identity, br", "Accept-Encoding", "identity"),
                ("Content-Type", "text/xml", "Accept", "application/json"),
                ("Content-Type", "application/json; charset=utf-16", "Accept", "application/json"),
                ("Content-Type", "application/x-ndjson", "Accept", "application/json"),
                ("Content-Type", "multipart/form-data; boundary=b", "Accept", "application/json"),
            ] {
                for path in ["/v1/logs/query", "/v1/apps", "/v1/rejects/replay"] {
                    let answer = try await bench.send(
                        .post, path, bearer: bench.adminKey, headers: HTTPHeaders(dictionaryLiteral: (name, value)),
                        body: body)
                    #expect(answer.status == 415 && answer.code == "unsupported_media_type", "\(path) \(value)")
                    #expect(answer.headers[field] == taken, "\(path) \(value)")
                }
            }
            for (name, value) in [
                ("Content-Type", "application/json"), ("Content-Type", "APPLICATION/JSON; Charset=\"UTF-8\""),
                ("Content-Type", "application/problem+json"), ("Content-Encoding", "identity"),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ] {
                let answer = try await bench.send(
                    .post, "/v1/logs/query", bearer: bench.adminKey,
                    headers: HTTPHeaders(dictionaryLiteral: (name, value)), body: body)
                #expect(answer.status == 200, "\(value): \(answer.text)")
            }
        }
    }

    @Test("T23: a whole number is one however it is written")
    func numbers() async throws {
        for (text, number) in [
            ("70", 70), ("70.0", 70), ("7e1", 70), ("7E+1", 70), ("0.7e2", 70), ("700e-1", 70), ("0", 0), ("0.0", 0),
            ("70.5", nil), ("7e-1", nil), ("-1", nil), ("1e400", nil), ("1e999999999999999999999", nil),
            ("0.00000000000000000001e22", 100),
        ] as [(String, Int?)] {
            #expect(WholeNumber.read(json: text) == number, "\(text)")
        }
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "shop")
            for (limit, status) in [
                ("70.0", 200), ("7e1", 200), ("1000", 200), ("1001", 400), ("0", 400), ("0.5", 400), (#""70""#, 400),
            ] {
                let body = #"{"app":"shop","limit":\#(limit)}"#
                let answer = try await bench.send(.post, "/v1/logs/query", bearer: bench.adminKey, body: body)
                #expect(answer.status == status, "\(limit): \(answer.text)")
            }
            for limit in ["%2B5", "5.0", "-1", "0x5", "99999999999999999999"] {
                let answer = try await bench.send(.get, "/v1/apps?limit=\(limit)", bearer: bench.adminKey)
                #expect(answer.status == 400 && answer.text.contains(#"\"limit\""#), "\(limit)")
            }
        }
    }

    @Test("T23: OPTIONS says which methods a path has; others are 405 with Allow; an unknown path stays 404")
    func methods() async throws {
        try await ServerBench.run { bench in
            for (path, allow) in [
                ("/v1/logs", "GET, HEAD, OPTIONS"), ("/v1/apps", "GET, HEAD, OPTIONS, POST"),
                ("/v1/apps/x", "DELETE, GET, HEAD, OPTIONS"), ("/v1/logs/query", "OPTIONS, POST"),
                ("/v1/apps/x/tokens/y?z", "DELETE, OPTIONS"),
            ] {
                let options = try await bench.raw(bench.request("OPTIONS", path))
                #expect(options.hasPrefix("HTTP/1.1 204 ") && field("Allow", of: options) == allow, "\(options)")
                for method in ["TRACE", "PUT", "PATCH", "PROPFIND"] {
                    let answer = try await bench.raw(bench.request(method, path))
                    #expect(answer.hasPrefix("HTTP/1.1 405 ") && field("Allow", of: answer) == allow, "\(answer)")
                    #expect(answer.contains("method_not_allowed") && field("x-request-id", of: answer) != nil)
                }
            }
            for method in ["OPTIONS", "TRACE", "GET"] {
                #expect(try await bench.raw(bench.request(method, "/v1/nothing")).hasPrefix("HTTP/1.1 404 "))
            }
            let all = try await bench.raw(bench.request("OPTIONS", "*"))
            #expect(all.hasPrefix("HTTP/1.1 204 ") && field("Allow", of: all) == "DELETE, GET, HEAD, OPTIONS, POST")
        }
    }
}
