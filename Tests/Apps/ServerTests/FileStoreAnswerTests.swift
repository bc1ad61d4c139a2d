import HTTPTransport
import Testing

@testable import Server

/// What all answers of the file store's listener have in common.
@Suite("Answers of the file store", .timeLimit(.minutes(6)))
struct FileStoreAnswerTests {
    @Test("T25: each carries a request id, the caller's own where it brought one, and errors keep fimidara's shape")
    func requestIDs() async throws {
        try await ServerBench.run(["local_fimidara.origins": "https://app.example.org"]) { bench in
            let wanted: [(method: HTTPMethod, path: String, status: Int)] = [
                (.get, "/", 404), (.get, "/v1/nope/nope", 404), (.get, "/v1/folders/addFolder", 404),
                (.get, "/v1/files/readFile/logferry%2Fx", 404), (.post, "/v1/folders/addFolder", 400),
                (.delete, "/v1/files/deleteFile", 404),
            ]
            // B14: chunks that are none are answered, and not met with silence.
            let json = "Host: h\r\nContent-Type: application/json\r\nx-request-id: abcd-1234\r\n"
            for rest in ["zz\r\n{}\r\n", "1\r\n{}\r\n"] {
                let head = "POST /v1/folders/getFolder HTTP/1.1\r\n\(json)Transfer-Encoding: chunked\r\n\r\n"
                let answer = try await bench.raw(head + rest, to: .files)
                #expect(statuses(of: answer) == [400], "\(rest): \(answer)")
                #expect(field("x-request-id", of: answer) == "abcd-1234" && answer.contains("InvalidRequestError"))
                #expect(field("connection", of: answer) == "close", "\(answer)")
            }
            var seen: Set<String> = []
            for (method, path, status) in wanted {
                let answer = try await bench.send(method, path, to: .files)
                #expect(answer.status == status, "\(path): \(answer.text)")
                let errors = answer.json["errors"] as? [[String: Any]]
                #expect(errors?.first?["name"] is String && errors?.first?["message"] is String, "\(path)")
                let id = try #require(answer.headers["x-request-id"])
                #expect(RequestIdentity.isID(id) && seen.insert(id).inserted, "\(id)")
                let own = try await bench.send(method, path, headers: ["x-request-id": "abcd-1234"], to: .files)
                #expect(own.headers["x-request-id"] == "abcd-1234")
                let odd = try await bench.send(method, path, headers: ["x-request-id": "a b<script>"], to: .files)
                #expect(odd.headers["x-request-id"].map(RequestIdentity.isID) == true)
            }
        }
    }
}
