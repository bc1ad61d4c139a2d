import BlockingExecutor
import GRDB
import Glibc
import LocalFimidaraAdapter
import Testing

@Suite("The disk", .timeLimit(.minutes(6)))
struct DiskTests {
    @Test("has the bytes before an upload is acknowledged, and a new file's entry too")
    func synchroniseFirst() async throws {
        let disk = FaultyDisk()
        let store = try await TestStore(disk: disk)
        _ = disk.takeHistory()
        _ = try await store.upload("ws/x.log", "0", append: true, create: true)
        #expect(disk.takeHistory() == ["sync folder", "sync folder", "sync folder", "write", "sync file"])
        _ = try await store.upload("ws/x.log", "1", append: true)
        #expect(disk.takeHistory() == ["write", "sync file"])
        _ = try await store.upload("ws/x.log", "0123")
        #expect(disk.takeHistory().suffix(4) == ["write", "write", "write", "sync file"])
        #expect(try await store.read("ws/x.log").text == "0123")
    }

    @Test(
        "that is full or broken fails the upload, of which nothing is seen then or later",
        arguments: [(true, ENOSPC), (true, EIO), (false, EIO)], [true, false])
    func refuse(call: (isWrite: Bool, code: Int32), append: Bool) async throws {
        let disk = FaultyDisk()
        let store = try await TestStore(disk: disk)
        _ = try await store.upload("ws/x.log", "0000", append: true, create: true)
        disk.refuse(call.isWrite ? .write(call.code) : .sync(call.code))
        let failed = try await store.upload("ws/x.log", "LOST", append: append)
        // Without room the client is to come again; nothing of the upload was kept.
        #expect(failed.status == (call.code == ENOSPC ? 503 : 500))
        #expect((failed.headers["retry-after"] != nil) == (call.code == ENOSPC))
        #expect(failed.errorName == "ServerError")
        #expect(!failed.text.contains("pwrite"), "the client is not told what failed")
        let reasons = store.events.withLock { $0 }.compactMap { event -> String? in
            if case .failed("files/uploadFile", let reason) = event { reason } else { nil }
        }
        #expect(reasons.count == 1)
        #expect(reasons.first?.hasPrefix(call.isWrite ? "pwrite: " : "fsync: ") == true)
        disk.refuse(nil)
        #expect(try await store.details("ws/x.log").integer("file", "version") == 1)
        #expect(store.directory.files(under: "blobs").map(\.size) == [4])
        #expect(try await store.upload("ws/x.log", "next", append: true).status == 200)
        #expect(try await store.read("ws/x.log").text == "0000next")
    }

    @Test("that fails a first upload leaves no file")
    func refuseFirst() async throws {
        let disk = FaultyDisk()
        let store = try await TestStore(limits: StorageLimits(totalBytes: 4), disk: disk)
        for refusal in [FaultyDisk.Refusal.sync(EIO, after: 2), .sync(EIO), .write(ENOSPC)] {
            disk.refuse(refusal)
            #expect(try await store.upload("ws/x.log", "LOST", append: true, create: true).status >= 500)
            #expect(store.directory.files(under: "blobs").isEmpty)
        }
        disk.refuse(nil)
        #expect(try await store.details("ws/x.log").status == 404)
        #expect(store.directory.files(under: "blobs").isEmpty)
        #expect(try await store.upload("ws/x.log", "0123").status == 200, "the lost bytes are free again")
    }

    @Test("has the bytes of a failed upload free at once, though the catalog cannot be written")
    func unwritableCatalog() async throws {
        let disk = FaultyDisk()
        let store = try await TestStore(limits: StorageLimits(totalBytes: 8), disk: disk)
        #expect(try await store.upload("ws/kept.log", "0", append: true, create: true).status == 200)
        let catalog = try DatabaseQueue(path: "\(store.directory.path)/metadata.sqlite")
        try await catalog.write { db in
            try db.execute(
                sql: "CREATE TRIGGER refusal BEFORE DELETE ON file BEGIN SELECT RAISE(ABORT, 'refused'); END")
        }
        disk.refuse(.write(ENOSPC))
        for path in ["ws/new.log", "ws/kept.log"] {
            #expect(try await store.upload(path, "4567", append: true, create: true).status == 503)
        }
        disk.refuse(nil)
        #expect(try await store.details("ws/new.log").status == 200, "the catalog has not forgotten it")
        #expect(try await store.upload("ws/kept.log", "123", append: true).status == 200, "the bytes are free again")
        try await catalog.write { try $0.execute(sql: "DROP TRIGGER refusal") }
        #expect(try await store.upload("ws/kept.log", "4567", append: true).status == 200)
        #expect(try await store.details("ws/new.log").status == 404)
        #expect(store.directory.files(under: "blobs").map(\.size) == [8])
        try catalog.close()
    }
}
