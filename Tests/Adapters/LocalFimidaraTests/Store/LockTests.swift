import LocalFimidaraAdapter
import Testing

@Suite("The lock of a file", .timeLimit(.minutes(6)))
struct LockTests {
    @Test("refuses every other upload, of whatever session", arguments: [nil, "sess-1", "sess-2"], [true, false])
    func excludeOthers(session: String?, append: Bool) async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        let staged = try await StagedUpload(
            to: "ws/x.log", of: "aaaa", sending: 2, append: true, session: "sess-1", in: store)
        let refused = try await store.upload("ws/x.log", "BBBB", append: append, session: session)
        #expect(refused.status == 409)
        #expect(refused.errorName == "FileNotWritableError")
        #expect(try await staged.finish().status == 200)
        #expect(try await store.read("ws/x.log").text == "0000aaaa")
    }

    @Test("tells who has it: the session, or the agent")
    func nameHolder() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        let staged = try await StagedUpload(
            to: "ws/x.log", of: "aaaa", sending: 2, append: true, session: "sess-1", in: store)
        let own = try await store.details("ws/x.log", session: "sess-1")
        #expect(own.string("file", "write", "lockedBy") == "sess-1")
        #expect(own.flag("file", "write", "availableForYou") == true)
        #expect(try await store.details("ws/x.log").flag("file", "write", "availableForYou") == false)
        try await staged.finish()
        let free = try await store.details("ws/x.log")
        #expect(free.string("file", "write", "lockedBy") == nil)
        #expect(free.flag("file", "write", "available") == true)
    }

    @Test("of a lost connection can be had by the same session and by others", arguments: ["sess-1", nil])
    func resume(session: String?) async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        let staged = try await StagedUpload(
            to: "ws/x.log", of: "PARTIAL", sending: 4, append: true, session: "sess-1", in: store)
        await staged.breakConnection()
        #expect(try await store.upload("ws/x.log", "next", append: true, session: session).status == 200)
        #expect(try await store.read("ws/x.log").text == "0000next")
    }

    @Test("is given up when the upload is aborted, and what it brought is rolled back")
    func abort() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        let staged = try await StagedUpload(to: "ws/x.log", of: "PARTIAL", sending: 4, append: true, in: store)
        #expect(try await store.call("files/abortUpload", ["filepath": "ws/x.log"]).status == 200)
        #expect(try await store.upload("ws/x.log", "next", append: true).status == 200)
        #expect(try await staged.outcome.get().status == 409)
        #expect(try await store.read("ws/x.log").text == "0000next")
    }

    @Test("is one for all names of a file, and none for other files")
    func lockByFile() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        let staged = try await StagedUpload(to: "ws/x.log", of: "aaaa", sending: 2, append: true, in: store)
        #expect(try await store.upload("ws/X.txt", "B", append: true).status == 409)
        #expect(try await store.upload("ws/y.log", "B").status == 200)
        try await staged.finish()
    }

    @Test("does not keep a file from being deleted; the upload then fails")
    func deleteUnderUpload() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        let staged = try await StagedUpload(to: "ws/x.log", of: "aaaa", sending: 2, append: true, in: store)
        #expect(try await store.call("files/deleteFile", ["filepath": "ws/x.log"]).status == 200)
        #expect(try await staged.finish().status == 404)
        #expect(store.directory.files(under: "blobs").isEmpty)
        #expect(try await store.details("ws/x.log").status == 404)
    }
}
