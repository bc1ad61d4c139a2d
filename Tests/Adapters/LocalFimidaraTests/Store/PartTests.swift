import BlockingExecutor
import Glibc
import LocalFimidaraAdapter
import Testing

@testable import LocalFimidaraAdapter

@Suite("Uploads in parts", .timeLimit(.minutes(6)))
struct PartTests {
    @Test("T80: make one file of their parts, in the order of their numbers")
    func complete() async throws {
        let store = try await TestStore()
        let started = try await store.startParts("ws/a/x.bin", "m1", session: "s1")
        #expect(started.status == 200)
        #expect(started.string("file", "write", "lockedBy") == "s1")
        #expect(started.integer("file", "version") == 0)
        #expect(try await store.uploadPart("ws/a/x.bin", "m1", 2, "two").status == 200)
        #expect(try await store.uploadPart("ws/a/x.bin", "m1", 1, "ONE").status == 200)
        #expect(try await store.uploadPart("ws/a/x.bin", "m1", 1, "one").status == 200, "a part sent again replaces")
        #expect(try await store.uploadPart("ws/a/x.bin", "m1", 3, "unused").status == 200)
        let list = try await store.call(
            "files/listParts", ["filepath": "ws/a/x.bin", "page": .integer(0), "pageSize": .integer(2)])
        #expect(list.string("clientMultipartId") == "m1")
        #expect(list.text.contains(#""parts":[{"part":1,"size":3},{"part":2,"size":3}]"#), "\(list.text)")
        #expect(try await store.read("ws/a/x.bin").text == "", "nothing is seen before the completion")
        let done = try await store.completeParts("ws/a/x.bin", "m1", [2, 1])
        #expect(done.status == 200, "\(done.text)")
        #expect(done.integer("file", "size") == 6)
        #expect(done.integer("file", "version") == 1)
        #expect(done.json["jobId"] == nil, "there is no job to wait for")
        #expect(try await store.read("ws/a/x.bin").text == "onetwo")
        #expect(store.directory.files(under: "blobs").map(\.size) == [6], "parts are gone")
        #expect(try await store.parts(of: "ws/a/x.bin").isEmpty)
        #expect(try await store.details("ws/a/x.bin").flag("file", "write", "available") == true)
        #expect(try await store.completeParts("ws/a/x.bin", "m1", [1, 2]).status == 400)
    }

    @Test("T80: keep the lock of their file from others until they are completed or given up")
    func lock() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x", "old")
        #expect(try await store.startParts("ws/x", "m1").status == 200)
        #expect(try await store.startParts("ws/x", "m1").status == 200, "the same one goes on")
        #expect(try await store.startParts("ws/x", "m2").errorName == "FileNotWritableError")
        #expect(try await store.upload("ws/x", "!", append: true).errorName == "FileNotWritableError")
        #expect(try await store.upload("ws/x", "!").errorName == "FileNotWritableError")
        #expect(try await store.details("ws/x").flag("file", "write", "available") == false)
        #expect(try await store.uploadPart("ws/x", "m2", 1, "!").status == 400)
        #expect(try await store.uploadPart("ws/x", "m1", 1, "new").status == 200)
        let abort = { (id: String) in
            try await store.call("files/abortUpload", ["filepath": "ws/x", "clientMultipartId": .string(id)])
        }
        #expect(try await abort("m2").status == 400)
        #expect(try await abort("m1").status == 200)
        #expect(try await store.read("ws/x").text == "old")
        #expect(try await store.upload("ws/x", "!", append: true).status == 200)
        #expect(store.directory.files(under: "blobs").map(\.size) == [4])
        #expect(try await store.startParts("ws/new", "m1").status == 200)
        #expect(try await store.call("files/abortUpload", ["filepath": "ws/new"]).status == 200)
        #expect(try await store.details("ws/new").status == 404, "a file that never held anything goes with it")
    }

    @Test("T80: are bounded in number and size, and one part can be given up")
    func bounds() async throws {
        let store = try await TestStore(limits: StorageLimits(fileBytes: 8, uploadBytes: 1000, partedUploads: 1))
        _ = try await store.startParts("ws/x", "m1")
        #expect(try await store.startParts("ws/y", "m1").errorName == "UsageLimitExceededError")
        for number in [0, 10_001] { #expect(try await store.uploadPart("ws/x", "m1", number, "1").status == 400) }
        #expect(try await store.uploadPart("ws/x", "m1", 1, "12345").status == 200)
        #expect(try await store.uploadPart("ws/x", "m1", 2, "1234").errorName == "UsageLimitExceededError")
        #expect(try await store.uploadPart("ws/x", "m1", 2, "123").status == 200)
        #expect(try await store.uploadPart("ws/x", "m1", 3, String(repeating: "1", count: 900)).status == 400)
        let abort = try await store.call(
            "files/abortUpload", ["filepath": "ws/x", "clientMultipartId": "m1", "part": .integer(2)])
        #expect(abort.status == 200)
        #expect(try await store.parts(of: "ws/x") == [1])
        #expect(try await store.completeParts("ws/x", "m1", [1, 2]).errorName == "ValidationError")
        #expect(try await store.completeParts("ws/x", "m1", []).errorName == "ValidationError")
        #expect(try await store.completeParts("ws/x", "m1", [1, 1]).errorName == "ValidationError")
        #expect(try await store.completeParts("ws/x", "m1", [1]).status == 200)
        #expect(store.directory.files(under: "blobs").map(\.size) == [5])
    }

    @Test("T80: count against the quota, and are free again when they are given up, deleted or expired")
    func quota() async throws {
        let limits = StorageLimits(totalBytes: 10, partLifetime: .seconds(60))
        let store = try await TestStore(limits: limits)
        for ending in ["abort", "delete", "folder", "expiry", "restart"] {
            #expect(try await store.startParts("ws/a/\(ending)", "m1").status == 200, "\(ending)")
            #expect(try await store.uploadPart("ws/a/\(ending)", "m1", 1, "12345678").status == 200, "\(ending)")
            #expect(try await store.upload("ws/y", "123").errorName == "UsageLimitExceededError", "\(ending)")
            let path: JSONValue = .string("ws/a/\(ending)")
            switch ending {
            case "abort": _ = try await store.call("files/abortUpload", ["filepath": path])
            case "delete": _ = try await store.call("files/deleteFile", ["filepath": path])
            case "folder": _ = try await store.call("folders/deleteFolder", ["folderpath": "ws/a"])
            case "expiry": store.clock.advance(by: .seconds(61))
            default:
                let again = try await store.reopened(limits: limits)
                #expect(try await again.upload("ws/y", "123").errorName == "UsageLimitExceededError")
                #expect(try await again.completeParts("ws/a/restart", "m1", [1]).status == 200)
                #expect(try await again.read("ws/a/restart").text == "12345678")
                return
            }
            #expect(try await store.upload("ws/y", "123456789").status == 200, "\(ending)")
            _ = try await store.call("files/deleteFile", ["filepath": "ws/y"])
            #expect(store.directory.files(under: "blobs").isEmpty, "\(ending)")
        }
    }

    @Test("T80: need the right to upload, and not more")
    func rights() async throws {
        let store = try await TestStore()
        let folder = try await store.makeFolder("ws/a")
        let (id, secret) = try await store.makeToken()
        #expect(try await store.startParts("ws/a/x", "m1", token: secret).status == 403)
        try await store.grant(["uploadFile"], on: folder, to: id)
        #expect(try await store.startParts("ws/a/x", "m1", token: secret).status == 200)
        #expect(try await store.uploadPart("ws/a/x", "m1", 1, "mine", token: secret).status == 200)
        #expect(try await store.startParts("ws/b/x", "m1", token: secret).status == 403)
        let foreign = try await store.makeToken()
        #expect(try await store.uploadPart("ws/a/x", "m1", 1, "theirs", token: foreign.secret).status == 403)
        #expect(try await store.completeParts("ws/a/x", "m1", [1], token: foreign.secret).status == 403)
        #expect(try await store.completeParts("ws/a/x", "m1", [1], token: secret).status == 200)
        #expect(try await store.read("ws/a/x").text == "mine")
        // What others appended is not overwritten in parts either.
        _ = try await store.upload("ws/a/log", "line", append: true, create: true)
        #expect(try await store.startParts("ws/a/log", "m1", token: secret).status == 403)
    }

    @Test("T80: stay when the disk fails in their completion, which then goes on", arguments: [true, false])
    func brokenDisk(isWrite: Bool) async throws {
        let disk = FaultyDisk()
        let store = try await TestStore(disk: disk)
        _ = try await store.startParts("ws/x", "m1")
        _ = try await store.uploadPart("ws/x", "m1", 1, "12345")
        disk.refuse(isWrite ? .write(ENOSPC) : .sync(EIO, after: 1))
        #expect(try await store.completeParts("ws/x", "m1", [1]).status == (isWrite ? 503 : 500))
        disk.refuse(nil)
        #expect(store.directory.files(under: "blobs").map(\.size) == [5], "the part alone")
        #expect(try await store.completeParts("ws/x", "m1", [1]).status == 200)
        #expect(try await store.read("ws/x").text == "12345")
    }
}
