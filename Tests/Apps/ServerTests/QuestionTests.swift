import AppRegistry
import Composition
import Foundation
import HTTPTransport
import LogModel
import TestSupport
import Testing

@testable import Server

/// What questions over HTTP mean.
@Suite("Questions", .timeLimit(.minutes(6)))
struct QuestionTests {
    /// Takes lines in as records of the app `shop`.
    private func take(_ lines: [String], at bench: ServerBench) async throws {
        let app = try await bench.deployment.apps.findOrRegister("shop").id
        let token = try await bench.deployment.tokens.issue(for: app, name: nil).secret.reveal { $0 }
        let door = try await bench.send(.post, "/v1/sdk/init", bearer: token, body: "{}").json
        let folder = try #require(door["folderPath"] as? String)
        let path = "\(folder)/\(try #require(door["filePrefix"] as? String))-2026-11-20.ndjson"
        let text = lines.map { $0 + "\n" }.joined()
        let answer = try await bench.upload(text, to: path, with: try #require(door["token"] as? String))
        try #require(answer.status == 200, "\(answer.text)")
        try await bench.consume()
    }

    /// The answer to a question of one condition.
    private func ask(_ condition: String, at bench: ServerBench) async throws -> ServerBench.Answer {
        try await bench.send(
            .post, "/v1/logs/query", bearer: bench.adminKey, body: "{\"app\":\"shop\",\"where\":[\(condition)]}")
    }

    private func count(_ condition: String, at bench: ServerBench) async throws -> Int {
        let answer = try await ask(condition, at: bench)
        try #require(answer.status == 200, "\(condition): \(answer.text)")
        // Not every reader of JSON takes a line with half of a surrogate pair.
        return answer.text.components(separatedBy: "{\"id\":").count - 1
    }

    @Test("T17, T18: each path that the catalogue prints can be asked as it stands; one that cannot be is 400")
    func paths() async throws {
        try await ServerBench.run { bench in
            let line = #"{"items":[{"sku":"a"},{"sku":"b"}],"user.id":7,"":1,"labels":{"app.kubernetes.io/name":"x"}}"#
            try await take([line, #"{"\ud800":1,"q\"\\":2,"tags":["red","green"]}"#], at: bench)
            _ = try await bench.send(
                .post, "/internal/index-logs?wait=true", headers: ["x-internal-access-key": bench.internalKey])
            let fields = try await bench.send(.get, "/v1/logs/fields?app=shop", bearer: bench.adminKey)
            let paths = try #require(fields.json["items"] as? [[String: Any]]).compactMap { $0["path"] as? String }
            #expect(Set(paths).isSuperset(of: ["items[*].sku", #"["user.id"]"#, #"[""]"#, #"["\ud800"]"#, "tags[*]"]))
            for path in paths {
                let text = encodedJSONString(path)
                #expect(try await count("{\"path\":\(text),\"op\":\"exists\"}", at: bench) == 1, "\(path)")
                #expect(try await count("{\"path\":\(text),\"op\":\"exists\",\"value\":false}", at: bench) == 1)
            }
            #expect(try await count(#"{"path":"tags[*]","op":"eq","value":"red"}"#, at: bench) == 1)
            #expect(try await count(#"{"path":["user.id"],"op":"eq","value":7.0}"#, at: bench) == 1)
            #expect(try await count(#"{"path":["\ud800"],"op":"exists"}"#, at: bench) == 1)
            #expect(try await count(#"{"path":["\ud801"],"op":"exists"}"#, at: bench) == 0)
            for (path, place) in [
                (#""items[0].sku""#, "at character 7"), (#""a..b""#, "at character 3"), (#""[*]""#, "at character 1"),
                (#""""#, "at character 1"), ("[]", "at name 1"), (#"["a",1]"#, "string"), ("5", "string"),
            ] {
                let answer = try await ask("{\"path\":\(path),\"op\":\"exists\"}", at: bench)
                #expect(answer.status == 400 && answer.text.contains(place), "\(path): \(answer.text)")
                #expect(answer.text.contains("condition 1"), "\(path): \(answer.text)")
            }
        }
    }

    @Test("T113: a member that is there twice is 400, however deep it is")
    func duplicates() async throws {
        try await ServerBench.run { bench in
            try await take(["{\"n\":1}"], at: bench)
            for condition in [
                #"{"path":"n","op":"eq","value":1,"value":2}"#, #"{"path":"n","path":"m","op":"eq","value":1}"#,
                #"{"path":"n","op":"eq","op":"neq","value":1}"#, #"{"path":"n","op":"eq","v\u0061lue":1,"value":1}"#,
                #"{"path":"n","op":"gt","value":{"age":"1m","age":"2m"}}"#,
            ] {
                let posted = try await ask(condition, at: bench)
                #expect(posted.status == 400 && posted.text.contains("there twice"), "\(condition): \(posted.text)")
                let encoded = "[\(condition)]".utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                let got = try await bench.send(
                    .get, "/v1/logs?app=shop&where=\(encoded)", bearer: bench.adminKey)
                #expect(got.status == 400 && got.text.contains("there twice"), "\(condition): \(got.text)")
            }
        }
    }
}
