import BlockingExecutor
import LocalFimidaraAdapter
import Testing

@testable import LocalFimidaraAdapter

@Suite("A read", .timeLimit(.minutes(6)))
struct ReadTests {
    @Test("of one range says where it is, and stops at the end of the file")
    func oneRange() async throws {
        let store = try await stored("0123456789")
        let answer = try await store.read("ws/x.log", range: "bytes=7-99")
        #expect(answer.status == 206)
        #expect(answer.text == "789")
        #expect(answer.headers["content-range"] == "bytes 7-9/10")
        #expect(answer.headers["content-length"] == "3")
    }

    @Test("of several ranges is a well-formed multipart body")
    func severalRanges() async throws {
        let store = try await stored("0123456789")
        let answer = try await store.read("ws/x.log", range: "bytes=5-6,0-2,9-")
        let type = HeaderParameters(answer.headers["content-type"] ?? "")
        #expect(type.value == "multipart/byteranges")
        #expect(answer.headers["content-range"] == nil)
        #expect(answer.headers["content-length"] == String(answer.bytes.count))
        let boundary = try #require(type.parameters["boundary"])
        var form = try MultipartForm(contentType: "multipart/form-data; boundary=\(boundary)")
        let bytes = try form.take(answer.bytes).compactMap { event -> String? in
            if case .bytes(let bytes) = event { String(decoding: bytes, as: UTF8.self) } else { nil }
        }
        #expect(form.isClosed)
        #expect(bytes == ["012", "56", "9"])
        #expect(answer.text.contains("Content-Range: bytes 5-6/10\r\n"))
    }

    @Test("at the end of a file is 416 with the file's size", arguments: ["bytes=10-", "bytes=10-20", "bytes=abc"])
    func pastTheEnd(range: String) async throws {
        let answer = try await stored("0123456789").read("ws/x.log", range: range)
        #expect(answer.status == 416)
        #expect(answer.errorName == "RangeNotSatisfiableError")
        #expect(answer.headers["content-range"] == "bytes */10")
    }

    @Test("by HEAD has the headers of a GET and no body")
    func head() async throws {
        let store = try await stored("0123456789")
        let whole = try await store.read("ws/x.log", method: "HEAD")
        #expect(whole.status == 200 && whole.bytes.isEmpty)
        #expect(whole.headers["content-length"] == "10")
        #expect(whole.headers["accept-ranges"] == "bytes")
        let part = try await store.read("ws/x.log", range: "bytes=0-3", method: "HEAD")
        #expect(part.status == 206 && part.bytes.isEmpty)
        #expect(part.headers["content-length"] == "4")
        let missing = try await store.read("ws/none", method: "HEAD")
        #expect(missing.status == 404 && missing.bytes.isEmpty)
    }

    @Test("has a strong tag that changes with each change of the file")
    func tag() async throws {
        let store = try await stored("0")
        var tags: Set<String> = []
        func note() async throws { tags.insert(try await store.read("ws/x.log").headers["etag"] ?? "") }
        try await note()
        _ = try await store.upload("ws/x.log", "", append: true)
        try await note()
        _ = try await store.upload("ws/x.log", "1")
        try await note()
        #expect(tags.count == 3, "though the clock has stood still")
        #expect(tags.allSatisfy { $0.hasPrefix("\"") && $0.hasSuffix("\"") })
    }

    @Test("on condition gives the range when the condition holds, else the whole file")
    func conditional() async throws {
        let store = try await stored("0123456789")
        let whole = try await store.read("ws/x.log")
        let (tag, date) = (whole.headers["etag"], whole.headers["last-modified"])
        #expect(try await store.read("ws/x.log", range: "bytes=0-1", ifRange: tag).status == 206)
        #expect(try await store.read("ws/x.log", range: "bytes=0-1", ifRange: date).status == 206)
        #expect(try await store.read("ws/x.log", range: "bytes=0-1", ifRange: "\"other\"").text == "0123456789")
        let old = "Mon, 01 Jan 2024 00:00:00 GMT"
        #expect(try await store.read("ws/x.log", range: "bytes=0-1", ifRange: old).status == 200)
        #expect(try await store.read("ws/x.log", range: "bytes=0-1", ifRange: "nonsense").status == 200)
        #expect(try await store.read("ws/x.log", range: "bytes=0-1", ifRange: "W/\"weak\"").status == 400)
    }

    @Test("to be saved names the file without breaking the header")
    func download() async throws {
        let store = try await stored("x")
        let answer = try await store.send(
            StorageRequest(
                method: "GET", path: "/v1/files/readFile/ws/x.log",
                query: "download=true&downloadName=%22%0D%0Aa%3A%20b%C3%A9",
                headers: ["authorization": "Bearer \(TestStore.adminSecret)"]))
        #expect(
            answer.headers["content-disposition"]
                == "attachment; filename=\"___a: b_\"; filename*=UTF-8''%22%0D%0Aa%3A%20b%C3%A9")
    }

    @Test("of bytes that are missing from the disk is an error of the server, and the operator is told")
    func lostBytes() async throws {
        let store = try await stored("0123456789")
        let blob = try #require(store.directory.files(under: "blobs").first)
        #expect(removeFile("\(store.directory.path)/\(blob.path)"))
        let answer = try await store.read("ws/x.log")
        #expect(answer.status == 500)
        #expect(answer.errorName == "ServerError")
        #expect(try await store.upload("ws/x.log", "!", append: true).status == 500)
        let failures = store.events.withLock { $0 }.filter { if case .failed = $0 { true } else { false } }
        #expect(failures.count == 2)
        #expect(try await store.upload("ws/x.log", "new").status == 200)
        #expect(try await store.read("ws/x.log").text == "new")
    }

    private func stored(_ content: String) async throws -> TestStore {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", content)
        return store
    }
}
