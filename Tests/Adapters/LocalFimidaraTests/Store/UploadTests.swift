import BlockingExecutor
import LocalFimidaraAdapter
import Testing

@testable import LocalFimidaraAdapter

@Suite("A plain upload", .timeLimit(.minutes(6)))
struct UploadTests {
    @Test("replaces a file's bytes and keeps its id")
    func replace() async throws {
        let store = try await TestStore()
        let first = try await store.upload("ws/x.txt", "a long first content")
        let second = try await store.upload("ws/x.txt", "short")
        #expect(second.string("file", "resourceId") == first.string("file", "resourceId"))
        #expect(second.integer("file", "version") == 2)
        #expect(try await store.read("ws/x.txt").text == "short")
        #expect(store.directory.files(under: "blobs").map(\.size) == [5])
    }

    @Test("leaves readers in progress the bytes that they began with")
    func keepReadersConsistent() async throws {
        let store = try await TestStore()
        let content = String(repeating: "old ", count: 200_000)
        _ = try await store.upload("ws/x.txt", content)
        let response = try await store.store.respond(
            to: StorageRequest(
                method: "GET", path: "/v1/files/readFile/ws/x.txt",
                headers: ["authorization": "Bearer \(TestStore.adminSecret)"]))
        _ = try await store.upload("ws/x.txt", "new")
        #expect(try await Answer(response).text == content)
    }

    @Test("beside many readers shows each of them one content, whole")
    func replaceUnderReaders() async throws {
        let store = try await TestStore()
        let contents = ["a", "b"].map { String(repeating: $0, count: 3000) }
        _ = try await store.upload("ws/x.txt", contents[0])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 1...40 { _ = try await store.upload("ws/x.txt", contents[number % 2]) }
            }
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<60 {
                        let answer = try await store.read("ws/x.txt")
                        #expect(answer.status == 200)
                        #expect(contents.contains(answer.text))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(store.directory.files(under: "blobs").count == 1)
    }

    @Test("that breaks off leaves the file as it was")
    func rollBack() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.txt", "first")
        let staged = try await StagedUpload(
            to: "ws/x.txt", of: String(repeating: "n", count: 600_000), sending: 500_000, append: false, in: store)
        await staged.breakConnection()
        #expect(try await store.read("ws/x.txt").text == "first")
        #expect(store.directory.files(under: "blobs").map(\.size) == [5])
    }

    @Test("lies on the disk under a name of its own, whatever it is called outside")
    func blobNames() async throws {
        let store = try await TestStore()
        let names = ["ws/a%2F..%2F..%2Fetc.x", "ws/%2e%2e/passwd.x", "ws/logs/%00.x", "ws/logs/CON.ndjson", "ws/~.x"]
        var taken = 0
        for name in names where try await store.upload(name, "bytes").status == 200 { taken += 1 }
        let paths = store.directory.files(under: "blobs").map(\.path)
        #expect(taken > 0 && paths.count == taken)
        let form = /blobs\/([0-9a-f]{2})\/([0-9a-f]{2})\/\1\2[0-9a-f]{28}/
        #expect(paths.allSatisfy { $0.wholeMatch(of: form) != nil }, "\(paths)")
        let others = store.directory.files(under: ".").map(\.path).filter { !$0.hasPrefix("./blobs/") }
        #expect(others.allSatisfy { $0.hasPrefix("./metadata.sqlite") || $0 == "./lock" }, "\(others)")
    }

    @Test("over what another agent has appended is refused; its own it may replace")
    func protectAppends() async throws {
        let store = try await TestStore()
        let workspace = try await store.workspaceID()
        let writer = try await store.makeToken()
        try await store.grant(["uploadFile", "readFile"], on: workspace, to: writer.id)
        _ = try await store.upload("ws/x.log", "line\n", append: true, create: true, token: writer.secret)
        let refused = try await store.upload("ws/x.log", "gone")
        #expect(refused.status == 403)
        #expect(refused.errorName == "PermissionDeniedError")
        #expect(try await store.read("ws/x.log").text == "line\n")
        #expect(try await store.upload("ws/x.log", "more\n", append: true).status == 200)
        #expect(try await store.upload("ws/x.log", "mine", token: writer.secret).status == 200)
        #expect(try await store.upload("ws/x.log", "free now").status == 200)
    }

    @Test("sets the type, encoding and description that it names, headers before query")
    func setMetadata() async throws {
        let store = try await TestStore()
        let form = Form("x")
        var headers = form.headers(token: TestStore.adminSecret)
        headers["x-fimidara-file-mimetype"] = "text/x-log"
        let answer = try await store.send(
            StorageRequest(
                method: "POST", path: "/v1/files/uploadFile/ws/x.log",
                query: "mimetype=text/other&description=caf%C3%A9+log&encoding=utf8", headers: headers,
                body: StorageBody(bytes: form.bytes)))
        #expect(answer.string("file", "mimetype") == "text/x-log")
        #expect(answer.string("file", "description") == "café log")
        #expect(answer.string("file", "encoding") == "utf8")
        #expect(try await store.read("ws/x.log").headers["content-type"] == "text/x-log")
    }

    @Test(
        "V7: with a second part that would be stored is refused, wherever it stands, and leaves nothing",
        arguments: [
            ["name=\"data\"", "name=\"data\""],
            ["name=\"data\"; filename=\"a\"", "name=\"data\"; filename=\"b\""],
            ["name=\"data\"", "name=\"note\"", "name=\"data\"; filename=\"b\""],
            ["name=\"file\"; filename=\"a\"", "name=\"data\""],
            ["name=\"file\"; filename=\"a\"", "name=\"file\"; filename=\"b\""],
        ])
    func refuseSecondPart(dispositions: [String]) async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/old.log", "line\n", append: true, create: true)
        // More than is kept in memory, so that some of it is on the disk when the second part comes.
        let content = String(repeating: "x", count: 600_000)
        let parts = dispositions.map { "Content-Disposition: form-data; \($0)\r\n\r\n\(content)\r\n" }
        let form = Form(framed: parts)
        for (path, append) in [("ws/new.log", false), ("ws/old.log", true)] {
            let answer = try await store.send(
                StorageRequest(
                    method: "POST", path: "/v1/files/uploadFile/\(path)",
                    headers: form.headers(append: append, token: TestStore.adminSecret),
                    body: StorageBody(bytes: form.bytes)))
            #expect(answer.status == 400 && answer.errorName == "InvalidRequestError", "\(answer.text)")
            #expect(answer.text.contains("The form has two parts"), "\(answer.text)")
        }
        #expect(try await store.details("ws/new.log").status == 404)
        #expect(try await store.read("ws/old.log").text == "line\n")
        #expect(store.directory.files(under: "blobs").map(\.size) == [5])
        #expect(try await store.upload("ws/old.log", "more\n", append: true).status == 200, "the lock was given back")
    }

    @Test("may have other fields before and behind what is stored")
    func ignoreOtherFields() async throws {
        let store = try await TestStore()
        let note = "Content-Disposition: form-data; name=\"note\"\r\n\r\nignored\r\n"
        let data = "Content-Disposition: form-data; name=\"data\"\r\n\r\nkept\r\n"
        let form = Form(framed: [note, note, data, note])
        let answer = try await store.send(
            StorageRequest(
                method: "POST", path: "/v1/files/uploadFile/ws/x.log",
                headers: form.headers(token: TestStore.adminSecret), body: StorageBody(bytes: form.bytes)))
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try await store.read("ws/x.log").text == "kept")
    }

    @Test("needs to say how long it is, and may not be longer than 1 GiB", arguments: ["no length", "1073741825", "x"])
    func needLength(length: String) async throws {
        let store = try await TestStore()
        let form = Form("x")
        var headers = form.headers(token: TestStore.adminSecret)
        headers["content-length"] = length == "no length" ? nil : length
        let answer = try await store.send(
            StorageRequest(
                method: "POST", path: "/v1/files/uploadFile/ws/x.log", headers: headers,
                body: StorageBody(bytes: form.bytes)))
        #expect(answer.status == 400)
        #expect(answer.errorName == "ValidationError")
        #expect(try await store.details("ws/x.log").status == 404)
    }

    @Test("may not put control characters where headers are made of them")
    func refuseHeaderInjection() async throws {
        let store = try await TestStore()
        let form = Form("x")
        let answer = try await store.send(
            StorageRequest(
                method: "POST", path: "/v1/files/uploadFile/ws/x.log", query: "mimetype=a%0D%0Ab:c",
                headers: form.headers(token: TestStore.adminSecret), body: StorageBody(bytes: form.bytes)))
        #expect(answer.status == 400)
    }

    @Test("of many megabytes goes through in pieces, as fast as the disk takes them")
    func stream() async throws {
        let store = try await TestStore()
        let form = Form("")
        // Carriage returns, so that every byte could be the beginning of a boundary.
        let piece = [UInt8](repeating: UInt8(ascii: "\r"), count: 64 * 1024)
        let count = 400
        var headers = form.headers(token: TestStore.adminSecret)
        headers["content-length"] = String(form.head.count + count * piece.count + form.tail.count)
        let body = MeasuredBody(
            head: form.head, piece: piece, count: count, tail: form.tail, directory: store.directory)
        let answer = try await store.send(
            StorageRequest(
                method: "POST", path: "/v1/files/uploadFile/ws/big.bin", headers: headers, body: StorageBody(body)))
        #expect(answer.integer("file", "size") == Int64(count * piece.count))
        #expect(body.mostInMemory.withLock { $0 } <= 320 * 1024)
        let response = try await store.store.respond(
            to: StorageRequest(
                method: "GET", path: "/v1/files/readFile/ws/big.bin",
                headers: ["authorization": "Bearer \(TestStore.adminSecret)"]))
        guard case .chunks(let body) = response.body else {
            Issue.record("the body is not streamed")
            return
        }
        var total = 0
        for try await chunk in body {
            #expect(chunk.count <= 256 * 1024)
            total += chunk.count
        }
        #expect(total == count * piece.count)
    }
}
