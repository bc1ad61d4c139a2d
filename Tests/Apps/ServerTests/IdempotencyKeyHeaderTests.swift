import AppRegistry
import Composition
import Foundation
import HTTPTransport
import HTTPTypes
import LogModel
import RawSockets
import Testing

@testable import Server

/// What `Idempotency-Key` does on the routes that create.
@Suite("Idempotency-Key over HTTP", .timeLimit(.minutes(6)))
struct IdempotencyKeyHeaderTests {
    @Test("T95: a repeated request gets the answer of the first one, another under its key is 422")
    func repeats() async throws {
        try await ServerBench.run { bench in
            func post(_ path: String, _ key: String, _ body: String) async throws -> ServerBench.Answer {
                try await bench.send(
                    .post, path, bearer: bench.adminKey, headers: ["Idempotency-Key": key], body: body)
            }
            let app = try await post("/v1/apps", "one", #"{"name":"shop"}"#)
            #expect(app.status == 201, "\(app.text)")
            let again = try await post("/v1/apps", "one", #"{ "name": "shop" }"#)
            #expect(again.status == 201 && again.bytes == app.bytes)
            let other = try await post("/v1/apps", "one", #"{"name":"billing"}"#)
            #expect(other.status == 422 && other.code == "idempotency_key_used", "\(other.text)")
            #expect(try await post("/v1/apps", "two", #"{"name":"shop"}"#).code == "name_taken")

            // A key belongs to its route.
            let path = "/v1/apps/shop/tokens"
            let token = try await post(path, "one", #"{"scopes":["read","write"],"expiresAt":"90d"}"#)
            #expect(token.status == 201, "\(token.text)")
            let repeated = try await post(path, "one", #"{"expiresAt":"90d","scopes":["write","read"]}"#)
            #expect(repeated.status == 201 && repeated.bytes == token.bytes)
            let text = try #require(repeated.json["token"] as? String)
            #expect(try await bench.send(.get, "/v1/logs/count", bearer: text).status == 200)
            for body in ["{}", #"{"scopes":["read","write"]}"#, #"{"scopes":["read","write"],"expiresAt":"91d"}"#] {
                #expect(try await post(path, "one", body).code == "idempotency_key_used")
            }
            let list = try await bench.send(.get, path, bearer: bench.adminKey)
            #expect((list.json["items"] as? [Any])?.count == 1)

            let id = try #require(token.json["id"] as? String)
            #expect(try await bench.send(.delete, "\(path)/\(id)", bearer: bench.adminKey).status == 204)
            let spent = try await post(path, "one", #"{"scopes":["read","write"],"expiresAt":"90d"}"#)
            #expect(spent.status == 422 && !spent.text.contains(text), "\(spent.text)")
        }
    }

    @Test("T95: a key that breaks the rule is 400, on the routes that take one, and so are two")
    func malformed() async throws {
        try await ServerBench.run { bench in
            for key in ["a b", "é", String(repeating: "a", count: 201)] {
                let answer = try await bench.send(
                    .post, "/v1/apps", bearer: bench.adminKey, headers: ["Idempotency-Key": key],
                    body: #"{"name":"shop"}"#)
                #expect(answer.status == 400 && answer.code == "invalid_request", "\(answer.text)")
                #expect((answer.json["detail"] as? String)?.contains(IdempotencyKey.rule) == true)
            }
            let connection = try await RawConnection(port: bench.apiPort)
            let body = #"{"name":"shop"}"#
            try await connection.send(
                "POST /v1/apps HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(bench.adminKey)\r\nIdempotency-Key: a\r\n"
                    + "Idempotency-Key: b\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
            #expect(try await connection.receiveAll().hasPrefix("HTTP/1.1 400 "))
            #expect(try await bench.deployment.apps.list().isEmpty)
            // Where nothing is created it means nothing.
            let list = try await bench.send(
                .get, "/v1/apps", bearer: bench.adminKey, headers: ["Idempotency-Key": "a b"])
            #expect(list.status == 200)
        }
    }

    @Test("T95: an unknown outcome has a problem of its own, which says what to do")
    func unknown() {
        let problem = Problem(StoreError(.outcomeUnknown, detail: "at a place that nobody is told"))
        #expect(problem.code == .outcomeUnknown && problem.status.code == 503 && problem.retryAfter != nil)
        #expect(problem.detail.contains("GET") && problem.detail.contains("Idempotency-Key"))
        #expect(!problem.detail.contains("place"))
        #expect(Problem(StoreError(.unavailable, detail: "")).code == .storeUnavailable)
    }
}
