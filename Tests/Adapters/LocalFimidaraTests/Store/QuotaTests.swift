import LocalFimidaraAdapter
import Testing

@testable import LocalFimidaraAdapter

@Suite("Limits", .timeLimit(.minutes(6)))
struct QuotaTests {
    @Test("of a file hold for uploads and appends, and nothing beyond them is written")
    func limitFile() async throws {
        let store = try await TestStore(limits: StorageLimits(fileBytes: 10))
        #expect(try await store.upload("ws/x.log", "0123456789", append: true, create: true).status == 200)
        let refused = try await store.upload("ws/x.log", "!", append: true)
        #expect(refused.status == 403)
        #expect(refused.errorName == "UsageLimitExceededError")
        #expect(try await store.upload("ws/y.log", "0123456789!").status == 403)
        #expect(try await store.read("ws/x.log").text == "0123456789")
        #expect(store.directory.files(under: "blobs").map(\.size) == [10])
    }

    @Test("of the store hold for all files together, and what is deleted or replaced is free again")
    func limitStore() async throws {
        let store = try await TestStore(limits: StorageLimits(totalBytes: 10))
        #expect(try await store.upload("ws/a/x", "012345").status == 200)
        #expect(try await store.upload("ws/a/y", "012345").status == 403)
        #expect(try await store.upload("ws/a/x", "0123").status == 200)
        #expect(try await store.upload("ws/a/y", "012345").status == 200)
        #expect(try await store.upload("ws/a/y", "!", append: true).status == 403)
        #expect(try await store.call("folders/deleteFolder", ["folderpath": "ws/a"]).status == 200)
        #expect(try await store.upload("ws/z", "0123456789").status == 200)
    }

    @Test("of the store count what was there before a restart")
    func countAfterRestart() async throws {
        let directory = TemporaryDirectory()
        let before = try await TestStore(in: directory)
        _ = try await before.upload("ws/x", "012345")
        try await before.store.close()
        let after = try await TestStore(in: directory, limits: StorageLimits(totalBytes: 10))
        #expect(try await after.upload("ws/y", "01234").status == 403)
        #expect(try await after.upload("ws/y", "0123").status == 200)
    }

    @Test("of the number of files hold for new ones only")
    func limitCount() async throws {
        let store = try await TestStore(limits: StorageLimits(files: 1))
        #expect(try await store.upload("ws/x", "1").status == 200)
        #expect(try await store.upload("ws/new/y", "1").errorName == "UsageLimitExceededError")
        #expect(try await store.call("folders/getFolder", ["folderpath": "ws/new"]).status == 404)
        #expect(try await store.upload("ws/x", "2").status == 200)
    }

    @Test("of a JSON body are 100 kB")
    func limitJSON() async throws {
        let store = try await TestStore()
        let answer = try await store.call(
            "folders/addFolder", ["folderpath": .string(String(repeating: "a", count: 110_000))])
        #expect(answer.status == 413)
        #expect(answer.errorName == "InvalidRequestError")
    }
}
