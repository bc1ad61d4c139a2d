import BlockingExecutor
import LocalFimidaraAdapter
import Testing

@Suite("An append", .timeLimit(.minutes(6)))
struct AppendTests {
    @Test("adds to what is there and counts the version up")
    func add() async throws {
        let store = try await TestStore()
        let first = try await store.upload("ws/a/x.log", "one\n", append: true, create: true)
        #expect(first.status == 200)
        #expect(first.integer("file", "version") == 1)
        let second = try await store.upload("ws/a/x.log", "two\n", append: true)
        #expect(second.integer("file", "size") == 8)
        #expect(second.integer("file", "version") == 2)
        #expect(second.string("file", "resourceId") == first.string("file", "resourceId"))
        #expect(try await store.read("ws/a/x.log").text == "one\ntwo\n")
    }

    @Test("to a file that is not there makes it only when asked to")
    func createOnlyWhenAsked() async throws {
        let store = try await TestStore()
        let refused = try await store.upload("ws/a/x.log", "one", append: true)
        #expect(refused.status == 404)
        #expect(refused.errorName == "NotFoundError")
        #expect(try await store.call("folders/getFolder", ["folderpath": "ws/a"]).status == 404)
    }

    @Test("that breaks off leaves nothing, and the lock free")
    func rollBack() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        let staged = try await StagedUpload(
            to: "ws/x.log", of: String(repeating: "P", count: 600_000), sending: 500_000, append: true, in: store)
        await staged.breakConnection()
        #expect(try await store.details("ws/x.log").flag("file", "write", "available") == true)
        #expect(try await store.details("ws/x.log").integer("file", "size") == 4)
        #expect(store.directory.files(under: "blobs").map(\.size) == [4])
        _ = try await store.upload("ws/x.log", "next", append: true)
        #expect(try await store.read("ws/x.log").text == "0000next")
        #expect(store.events.withLock { $0 }.contains { if case .rolledBack = $0 { true } else { false } })
    }

    @Test("whose task is cancelled is rolled back before its end")
    func rollBackWhenCancelled() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        let staged = try await StagedUpload(to: "ws/x.log", of: "PARTIAL", sending: 4, append: true, in: store)
        await staged.cancel()
        let outcome = await staged.outcome
        #expect(throws: StorageConnectionLost.self) { try outcome.get() }
        #expect(try await store.upload("ws/x.log", "next", append: true).status == 200)
        #expect(try await store.read("ws/x.log").text == "0000next")
    }

    @Test("that makes the file and breaks off leaves no file and no bytes")
    func rollBackCreation() async throws {
        let store = try await TestStore()
        let staged = try await StagedUpload(
            to: "ws/new.log", of: "PARTIAL", sending: 4, append: true, create: true, in: store)
        #expect(try await store.details("ws/new.log").flag("file", "read", "available") == false)
        #expect(try await store.read("ws/new.log").bytes.isEmpty)
        await staged.breakConnection()
        #expect(try await store.details("ws/new.log").status == 404)
        #expect(store.directory.files(under: "blobs").isEmpty)
    }

    @Test("whose form does not end is refused and rolled back")
    func refuseUnendedForm() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        let form = Form("lost")
        var headers = form.headers(append: true, token: TestStore.adminSecret)
        let unended = form.head + form.content
        headers["content-length"] = String(unended.count)
        let answer = try await store.send(
            StorageRequest(
                method: "POST", path: "/v1/files/uploadFile/ws/x.log", headers: headers,
                body: StorageBody(bytes: unended)))
        #expect(answer.status == 400)
        #expect(try await store.read("ws/x.log").text == "0000")
    }

    @Test("is seen by readers only when it is committed")
    func showCommittedOnly() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        let staged = try await StagedUpload(
            to: "ws/x.log", of: String(repeating: "P", count: 600_000), sending: 500_000, append: true, in: store)
        for _ in 0..<2000 where store.directory.files(under: "blobs").first?.size == 4 {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect((store.directory.files(under: "blobs").first?.size ?? 0) > 4, "bytes are on the disk already")
        #expect(try await store.read("ws/x.log").text == "0000")
        #expect(try await store.read("ws/x.log", range: "bytes=0-100").text == "0000")
        #expect(try await store.read("ws/x.log", range: "bytes=4-").status == 416)
        let answer = try await staged.finish()
        #expect(answer.integer("file", "size") == 600_004)
        #expect(try await store.read("ws/x.log").bytes.count == 600_004)
    }

    @Test("of many writers to one file adds each that was acknowledged once, and whole")
    func serialise() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "", append: true, create: true)
        let acknowledged = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<30 {
                group.addTask {
                    let line = "line \(number) " + String(repeating: "=", count: 3000) + "\n"
                    let answer = try await store.upload("ws/x.log", line, append: true)
                    if answer.status == 200 { return line }
                    #expect(answer.status == 409)
                    #expect(answer.errorName == "FileNotWritableError")
                    return nil
                }
            }
            return try await group.reduce(into: [String]()) { lines, line in if let line { lines.append(line) } }
        }
        #expect(!acknowledged.isEmpty)
        let lines = try await store.read("ws/x.log").text.split(separator: "\n").map { "\($0)\n" }
        #expect(lines.sorted() == acknowledged.sorted())
    }
}
