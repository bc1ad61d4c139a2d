import AppRegistry
import Composition
import HTTPTransport
import LogModel
import Testing

@testable import Server

/// Times as callers of the API give them.
@Suite("Given times over HTTP", .timeLimit(.minutes(2)))
struct GivenTimeTests {
    @Test("T20, T119: every valid time is taken wherever one is asked for; what is none names the form")
    func times() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "times")
            for text in [
                "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "100000d", "0s", "now", "-5m", "1h30m", "1w",
                "2026-11-30",
            ] {
                for member in ["from", "to"] {
                    let question = "/v1/logs?app=times&\(member)=\(text)"
                    let answer = try await bench.send(.get, question, bearer: bench.adminKey)
                    #expect(answer.status == 200, "\(question): \(answer.text)")
                }
            }
            for value in [
                #"{"time":"9999-12-31T23:59:59Z"}"#, #"{"time":"0001-01-01"}"#, #"{"age":"100000d"}"#, #"{"age":"0s"}"#,
            ] {
                let body = #"{"app":"times","where":[{"path":"at","op":"lt","value":\#(value)}]}"#
                let answer = try await bench.send(.post, "/v1/logs/query", bearer: bench.adminKey, body: body)
                #expect(answer.status == 200, "\(value): \(answer.text)")
            }
            let wrong = try await bench.send(.get, "/v1/logs?app=times&from=yesterday", bearer: bench.adminKey)
            #expect(wrong.status == 400 && wrong.text.contains("1h30m"), "\(wrong.text)")
        }
    }

    @Test("T20, T41: a token may end in 9999, or in 90d; both are clamped to what can be kept")
    func expiry() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "times")
            func issue(_ end: String) async throws -> (status: Int, json: [String: Any], text: String) {
                let answer = try await bench.send(
                    .post, "/v1/apps/times/tokens", bearer: bench.adminKey, body: #"{"expiresAt":"\#(end)"}"#)
                return (answer.status, answer.json, answer.text)
            }
            let far = try await issue("9999-12-31T23:59:59Z")
            #expect(far.status == 201, "\(far.text)")
            #expect(far.json["expiresAt"] as? String == "2262-04-11T23:47:16.854775807Z")
            let term = try await issue("90d")
            let text = try #require(term.json["expiresAt"] as? String, "\(term.text)")
            let end = try #require(Timestamp(rfc3339: text))
            let left = end.since(bench.deployment.clock.now())
            #expect(left > .seconds(89 * 86_400) && left <= .seconds(90 * 86_400))
            for past in ["0001-01-01T00:00:00Z", "-5m", "0s"] {
                #expect(try await issue(past).status == 400, "\(past)")
            }
        }
    }
}
