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

    @Test("T121: a question that contradicts itself is 400 and says where; histograms have an interval by default")
    func contradictions() async throws {
        try await ServerBench.run { bench in
            try await take([#"{"n":1,"ts":30}"#, #"{"n":2,"ts":89}"#], at: bench)
            for (question, words) in [
                ("from=2d&to=1d&level=warn", nil), ("from=1d&to=2d", "\"from\" is not before \"to\""),
                ("from=2026-11-20&to=2026-11-20", "\"from\" is not before \"to\""),
                ("level=info&minLevel=warn", "\"level\" info is below \"minLevel\" warn"),
                ("level=warn&minLevel=warn", nil), ("level=unknown&minLevel=trace", "below"),
                ("level=UNKNOWN&minLevel=Unknown", nil), ("level=30", "must be one of"),
            ] as [(String, String?)] {
                for route in ["/v1/logs", "/v1/logs/count", "/v1/logs/histogram"] {
                    let answer = try await bench.send(.get, "\(route)?app=shop&\(question)", bearer: bench.adminKey)
                    #expect(answer.status == (words == nil ? 200 : 400), "\(route) \(question): \(answer.text)")
                    guard let words else { continue }
                    #expect(answer.code == "invalid_request", "\(question)")
                    #expect((answer.json["detail"] as? String)?.contains(words) == true, "\(answer.text)")
                }
            }
            let reversed = try await ask(#"{"path":"n","op":"between","value":[2,1]}"#, at: bench)
            #expect(reversed.status == 400 && reversed.text.contains("reversed"), "\(reversed.text)")
            #expect(try await count(#"{"path":"n","op":"between","value":[1,1]}"#, at: bench) == 1)
            let bars = try await bench.send(.get, "/v1/logs/histogram?app=shop", bearer: bench.adminKey)
            let begins = try #require(bars.json["items"] as? [[String: Any]]).compactMap { $0["from"] as? String }
            #expect(begins == ["1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z"])
        }
    }

    @Test("T52, T120: items say whose time is that of receipt; a stream comes in the cheapest order")
    func timesAndOrder() async throws {
        try await ServerBench.run { bench in
            try await take([#"{"n":1,"ts":30}"#, #"{"n":2,"ts":10}"#, #"{"n":3,"time":"soon"}"#], at: bench)
            func records(_ question: String, _ accept: String = "application/json") async throws -> [Int] {
                let answer = try await bench.send(
                    .get, "/v1/logs?app=shop&\(question)", bearer: bench.adminKey, headers: ["Accept": accept])
                try #require(answer.status == 200, "\(answer.text)")
                return answer.text.matches(of: /"n":(\d)/).compactMap { Int($0.output.1) }
            }
            #expect(try await records("timeIsReceipt=true") == [3])
            #expect(try await records("timeIsReceipt=false") == [1, 2])
            let page = try await bench.send(.get, "/v1/logs?app=shop", bearer: bench.adminKey)
            let items = try #require(page.json["items"] as? [[String: Any]])
            #expect(items.map { $0["timeIsReceipt"] as? Bool } == [true, false, false])
            for (value, found) in [("true", 1), ("false", 2), ("null", 3)] {
                let answer = try await bench.send(
                    .post, "/v1/logs/query", bearer: bench.adminKey,
                    body: "{\"app\":\"shop\",\"timeIsReceipt\":\(value)}")
                #expect((answer.json["items"] as? [Any])?.count == found, "\(answer.text)")
            }
            let wrong = try await bench.send(.get, "/v1/logs?app=shop&timeIsReceipt=yes", bearer: bench.adminKey)
            #expect(wrong.status == 400 && wrong.text.contains("timeIsReceipt"))
            let lines = "application/x-ndjson"
            #expect(try await records("limit=9", lines) == [1, 2, 3])
            #expect(try await records("from=1970-01-01T00:00:00Z", lines) == [2, 1, 3])
            #expect(try await records("from=1970-01-01T00:00:00Z&order=desc", lines) == [3, 1, 2])
        }
    }
}
