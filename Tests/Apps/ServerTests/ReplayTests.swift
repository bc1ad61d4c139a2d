import AppRegistry
import Composition
import HTTPTransport
import LogModel
import TestSupport
import Testing

@testable import Server

/// Refused bytes that are judged anew when somebody asks for it over HTTP.
@Suite("Replays of rejects", .timeLimit(.minutes(6)))
struct ReplayTests {
    /// The file of a new client, with a text that was taken in.
    private static func file(_ text: String, of app: String, at bench: ServerBench) async throws -> String {
        let app = try await bench.deployment.apps.findOrRegister(app).id
        let token = try await bench.deployment.tokens.issue(for: app, name: nil).secret.reveal { $0 }
        let door = try await bench.send(.post, "/v1/sdk/init", bearer: token, body: "{}").json
        let folder = try #require(door["folderPath"] as? String)
        let path = "\(folder)/\(try #require(door["filePrefix"] as? String))-2026-11-20.ndjson"
        let answer = try await bench.upload(text, to: path, with: try #require(door["token"] as? String))
        try #require(answer.status == 200, "\(answer.text)")
        try await bench.consume()
        return path
    }

    private static func replay(_ body: String, at bench: ServerBench) async throws -> ServerBench.Answer {
        try await bench.send(.post, "/v1/rejects/replay", bearer: bench.adminKey, body: body)
    }

    /// The items of a replay as `generation outcome from rejects`.
    private static func items(_ body: String, at bench: ServerBench) async throws -> [String] {
        let answer = try await replay(body, at: bench)
        try #require(answer.status == 200, "\(answer.text)")
        return try #require(answer.json["items"] as? [[String: Any]]).map { item in
            let from = (item["from"] as? Int).map(String.init) ?? "-"
            return "\(item["generation"] ?? "") \(item["outcome"] ?? "") \(from) \(item["rejects"] ?? "")"
        }
    }

    /// Ids and reasons of the rejects that there are.
    private static func rejects(at bench: ServerBench) async throws -> [(id: String, reason: String)] {
        let answer = try await bench.send(.get, "/v1/rejects", bearer: bench.adminKey)
        let items = try #require(answer.json["items"] as? [[String: Any]])
        return items.map { ($0["id"] as? String ?? "", $0["reason"] as? String ?? "") }
    }

    private static func count(of app: String, at bench: ServerBench) async throws -> Int? {
        try await bench.send(.get, "/v1/logs/count?app=\(app)", bearer: bench.adminKey).json["count"] as? Int
    }

    @Test("objects go back to their first reject that may become a record; nothing is doubled, torn batches stay")
    func replays() async throws {
        try await ServerBench.run { bench in
            let torn = SdkBatch([#"{"n":1}"#, #"{"n":2}"#], sequence: 1).text.replacing(#""n":2"#, with: #""n":3"#)
            _ = try await ReplayTests.file("{\"a\":1}\nbad\n{\"b\":2}\n[]\n", of: "shop", at: bench)
            _ = try await ReplayTests.file(torn + "{\"c\":1}\n", of: "shop", at: bench)
            let before = try await ReplayTests.rejects(at: bench)
            #expect(before.map(\.reason).sorted() == ["invalid_json", "not_an_object", "torn_batch"])
            #expect(try await ReplayTests.count(of: "shop", at: bench) == 3)

            let dry = try await ReplayTests.items(#"{"dryRun":true}"#, at: bench)
            #expect(dry == ["1 would_be_taken_again 8 2", "2 left_alone - 1"])
            #expect(try await ReplayTests.rejects(at: bench).map(\.id) == before.map(\.id), "a dry run changes nothing")

            let answer = try await ReplayTests.replay(#"{"reasons":["not_an_object","torn_batch"]}"#, at: bench)
            let items = try #require(answer.json["items"] as? [[String: Any]])
            // The first reject of the object counts, though another one was meant.
            #expect(items.map { $0["outcome"] as? String } == ["will_be_taken_again", "left_alone"])
            #expect(items.map { $0["from"] as? Int } == [8, nil] && items.map { $0["rejects"] as? Int } == [1, 1])
            #expect((items.last?["detail"] as? String)?.contains("never one line") == true)
            #expect(try await ReplayTests.rejects(at: bench).map(\.id) == before.map(\.id), "they wait")
            let twice = try await ReplayTests.items("{}", at: bench)
            #expect(twice == ["1 will_be_taken_again 8 2", "2 left_alone - 1"])

            try await bench.consume()
            let after = try await ReplayTests.rejects(at: bench)
            #expect(after.map(\.reason).sorted() == before.map(\.reason).sorted())
            let same = Set(after.map(\.id)).intersection(before.map(\.id))
            #expect(same == Set(before.filter { $0.reason == "torn_batch" }.map(\.id)))
            #expect(try await ReplayTests.count(of: "shop", at: bench) == 3)
            let cursors = try await bench.send(.get, "/v1/cursors", bearer: bench.adminKey)
            for cursor in try #require(cursors.json["items"] as? [[String: Any]]) {
                #expect((cursor["bytes"] as? [String: Any])?["unaccounted"] as? Int == 0, "\(cursor)")
            }
        }
    }

    @Test("what is meant is bounded by app, object, reason and id, and comes in pages of objects")
    func choices() async throws {
        try await ServerBench.run { bench in
            let one = try await ReplayTests.file("bad\n{\"a\":1}\n[]\n", of: "shop", at: bench)
            _ = try await ReplayTests.file("bad\n", of: "shop", at: bench)
            _ = try await ReplayTests.file("{}\n[]\n", of: "other", at: bench)
            let listing = try await bench.send(.get, "/v1/rejects", bearer: bench.adminKey)
            let rejects = try #require(listing.json["items"] as? [[String: Any]])
            let ids = rejects.compactMap { $0["id"] as? String }
            try #require(ids.count == 4)
            let object = try #require(rejects.first?["object"] as? String)
            #expect(one.hasSuffix(object))
            let (first, second, third) = (
                "1 would_be_taken_again 0", "2 would_be_taken_again 0", "3 would_be_taken_again 3"
            )
            for (choice, expected) in [
                ("", [first + " 2", second + " 1", third + " 1"]),
                (#","app":"shop""#, [first + " 2", second + " 1"]),
                (#","app":"other","reasons":["invalid_json"]"#, []),
                (#","object":"\#(object)""#, [first + " 2"]), (#","object":"nothing""#, []),
                (#","reasons":["not_an_object"]"#, [first + " 1", third + " 1"]),
                (#","ids":["\#(ids[1])","\#(ids[3])"]"#, [first + " 1", third + " 1"]),
                (#","ids":["\#(ids[1])"],"reasons":["invalid_json"]"#, []), (#","ids":["999"]"#, []),
            ] {
                let found = try await ReplayTests.items(#"{"dryRun":true\#(choice)}"#, at: bench)
                #expect(found == expected, "\(choice)")
            }
            var cursor: String?
            var pages: [[Int]] = []
            repeat {
                let more = cursor.map { #","cursor":"\#($0)""# } ?? ""
                let page = try await ReplayTests.replay(#"{"limit":2,"dryRun":true\#(more)}"#, at: bench).json
                pages.append((page["items"] as? [[String: Any]] ?? []).compactMap { $0["generation"] as? Int })
                cursor = page["nextCursor"] as? String
            } while cursor != nil && pages.count < 9
            #expect(pages == [[1, 2], [3]])
        }
    }

    @Test("a body that could be taken for another wish is refused")
    func refusals() async throws {
        try await ServerBench.run { bench in
            for (body, status, code) in [
                (#"{"app":"nobody"}"#, 404, "unknown_app"), (#"{"apps":"shop"}"#, 400, "unknown_member"),
                (#"{"reasons":["nonsense"]}"#, 400, "invalid_request"), (#"{"reasons":[]}"#, 400, "invalid_request"),
                (#"{"ids":[]}"#, 400, "invalid_request"), (#"{"ids":["x"]}"#, 400, "invalid_request"),
                (#"{"ids":[1]}"#, 400, "invalid_request"), (#"{"dryRun":"true"}"#, 400, "invalid_request"),
                (#"{"limit":0}"#, 400, "invalid_request"), (#"{"limit":101}"#, 400, "invalid_request"),
                (#"{"limit":"5"}"#, 400, "invalid_request"), (#"{"cursor":"x"}"#, 400, "invalid_cursor"),
                ("[]", 400, "invalid_request"), ("{", 400, "invalid_json"),
            ] {
                let answer = try await ReplayTests.replay(body, at: bench)
                #expect(answer.status == status && answer.code == code, "\(body): \(answer.text)")
            }
        }
    }
}
