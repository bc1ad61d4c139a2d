import BlockingExecutor
import LocalFimidaraAdapter
import Testing

@testable import LocalFimidaraAdapter

@Suite("Limits of folders", .timeLimit(.minutes(6)))
struct FolderQuotaTests {
    private static func limits(total: Int64 = 1000, bytes: Int64? = 10, _ exceptions: [String: Int64] = [:])
        -> StorageLimits
    {
        StorageLimits(
            totalBytes: total, folders: FolderQuotas(parent: ["logs"], bytes: bytes, exceptions: exceptions))
    }

    @Test("T33: hold for all that is in a folder, for each folder by itself, and for none beside them")
    func separate() async throws {
        let store = try await TestStore(limits: FolderQuotaTests.limits(["app_big": 20]))
        #expect(try await store.upload("ws/logs/app_a/x", "012345").status == 200)
        #expect(try await store.upload("ws/logs/app_a/deep/er/y", "01234").errorName == "UsageLimitExceededError")
        #expect(try await store.upload("ws/logs/app_a/deep/er/y", "0123").status == 200)
        #expect(try await store.upload("ws/LOGS/App_A/x", "!", append: true).status == 403)
        #expect(try await store.upload("ws/logs/app_b/x", "0123456789").status == 200)
        #expect(try await store.upload("ws/logs/app_big/x", "01234567890123456789").status == 200)
        #expect(try await store.upload("ws/logs/app_big/x", "!", append: true).status == 403)
        #expect(try await store.upload("ws/logs/loose", "0123456789012345").status == 200, "in no app's folder")
        #expect(try await store.upload("ws/other/app_a/x", "0123456789012345").status == 200)
        #expect(try await store.store.usage().fullestFolder == 1)
        #expect(store.directory.files(under: "blobs").map(\.size).reduce(0, +) == 72)
    }

    @Test("T33: are free again when files are replaced or deleted, whichever folder goes")
    func giveBack() async throws {
        let store = try await TestStore(limits: FolderQuotaTests.limits())
        let fill = { () async throws -> Int in
            try await store.upload("ws/logs/app_a/in/x", "0123456789").status
        }
        #expect(try await fill() == 200)
        #expect(try await store.call("files/deleteFile", ["filepath": "ws/logs/app_a/in/x"]).status == 200)
        for folder in ["ws/logs/app_a/in", "ws/logs/app_a", "ws/logs"] {
            #expect(try await fill() == 200, "before \(folder)")
            #expect(try await store.upload("ws/logs/app_a/y", "0").status == 403)
            #expect(try await store.call("folders/deleteFolder", ["folderpath": .string(folder)]).status == 200)
        }
        #expect(try await fill() == 200)
        #expect(try await store.store.usage().bytes == 10)
    }

    @Test("T33: count what was there before a restart, and parts too")
    func restart() async throws {
        let limits = FolderQuotaTests.limits()
        var store = try await TestStore(limits: limits)
        _ = try await store.upload("ws/logs/app_a/x", "01234")
        _ = try await store.startParts("ws/logs/app_a/in/parts", "m1")
        _ = try await store.uploadPart("ws/logs/app_a/in/parts", "m1", 1, "012")
        store = try await store.reopened(limits: limits)
        #expect(try await store.upload("ws/logs/app_a/y", "012").status == 403)
        #expect(try await store.upload("ws/logs/app_a/y", "01").status == 200)
        #expect(try await store.completeParts("ws/logs/app_a/in/parts", "m1", [1]).status == 200)
        #expect(try await store.upload("ws/logs/app_a/y", "!", append: true).status == 403)
    }

    @Test("T33: are kept exactly by many who append at the same time, and a crash loses no count")
    func concurrent() async throws {
        let limits = FolderQuotaTests.limits(total: 150, bytes: 100)
        let store = try await TestStore(limits: limits)
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for number in 0..<60 {
                let app = number % 2 == 0 ? "app_a" : "app_b"
                group.addTask {
                    try await store.upload("ws/logs/\(app)/f\(number)", "12345", append: true, create: true)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let taken = answers.count { $0.status == 200 }
        #expect(taken == 30, "150 bytes in all are the tighter limit")
        #expect(answers.allSatisfy { $0.status == 200 || $0.errorName == "UsageLimitExceededError" })
        #expect(store.directory.files(under: "blobs").map(\.size).reduce(0, +) == 150)
        #expect(try await store.store.usage().bytes == 150)
        // An upload that is under way when the process dies: its bytes are counted before, and not after.
        _ = try await store.call("folders/deleteFolder", ["folderpath": "ws/logs/app_a"])
        let used = try await store.store.usage().bytes
        let staged = try await StagedUpload(
            to: "ws/logs/app_c/x", of: String(repeating: "c", count: 90), sending: 40, append: true, create: true,
            in: store)
        try await store.store.close()
        await staged.breakConnection()
        let again = try await TestStore(in: store.directory, clock: store.clock, limits: limits)
        #expect(try await again.store.usage().bytes == used)
        let room = 150 - used
        let fill = String(repeating: "c", count: Int(min(room, 100)))
        #expect(try await again.upload("ws/logs/app_c/x", fill).status == 200)
    }

    @Test("T33: that leave too little free on the disk refuse uploads with 503 and keep nothing")
    func reserve() async throws {
        var limits = StorageLimits()
        limits.freeBytes = .max / 2
        let store = try await TestStore(limits: limits)
        let refused = try await store.upload("ws/x", "1")
        #expect(refused.status == 503 && refused.errorName == "ServerError")
        #expect(refused.headers["retry-after"] != nil)
        #expect(store.directory.files(under: "blobs").isEmpty)
    }

    @Test("T33: requests, bytes and refusals are counted by operation and outcome")
    func meter() async throws {
        let meter = NotingMeter()
        let store = try await TestStore(limits: FolderQuotaTests.limits(), meter: meter)
        _ = try await store.upload("ws/logs/app_a/x", "01234", append: true, create: true)
        _ = try await store.upload("ws/logs/app_a/x", "0123456", append: true)
        _ = try await store.read("ws/logs/app_a/none")
        _ = try await store.send(StorageRequest(method: "GET", path: "/nothing"))
        _ = try await store.call("folders/addFolder", [:], token: "wrong")
        let noted = meter.notes.withLock { $0 }
        #expect(
            noted == [
                "synchronized", "received 5 appendFile", "appendFile ok", "refused app", "appendFile full",
                "readFile missing", "unknown missing", "addFolder invalid",
            ])
    }
}

/// A meter that writes down what it is told.
private final class NotingMeter: StorageMeter {
    let notes = Locked<[String]>([])

    private func note(_ text: String) { notes.withLock { $0.append(text) } }

    func requestEnded(_ operation: StorageOperation, _ outcome: StorageOutcome, after _: Duration) {
        note("\(operation.rawValue) \(outcome.rawValue)")
    }
    func received(_ count: Int64, by operation: StorageOperation) { note("received \(count) \(operation.rawValue)") }
    func synchronized(after _: Duration) { note("synchronized") }
    func refused(by limit: StorageLimit) { note("refused \(limit.rawValue)") }
}
