import BlockingExecutor
import GRDB
import Testing

@testable import LocalFimidaraAdapter

/// Another program, as a shell or a backup, has locked the catalog.
@Suite("A locked catalog", .timeLimit(.minutes(2)))
struct LockedCatalogTests {
    /// Takes the write lock of a store's catalog.
    private func blocker(of store: TestStore) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let queue = try DatabaseQueue(
            path: store.directory.path + "/metadata.sqlite", configuration: configuration)
        try queue.inDatabase { try $0.beginTransaction(.immediate) }
        return queue
    }

    @Test("T100: changes behind another program's lock all end in the time of one, with 503; reading goes on")
    func bounded() async throws {
        let test = try await TestStore()
        #expect(try await test.upload("ws/before", "1").status == 200)
        let blocker = try blocker(of: test)
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let answer = try? await test.call(
                        "folders/addFolder", ["folderpath": .string("ws/locked-\(number)")])
                    #expect(answer?.status == 503 && answer?.headers["retry-after"] == "2")
                    #expect(answer?.text.contains("Another process has locked the catalog") == true)
                }
            }
            group.addTask { #expect(try! await test.read("ws/before").text == "1") }
        }
        let time = ContinuousClock.now - start
        // One after the other they would take 80 s.
        #expect(time >= LockWait.limit && time < LockWait.limit * 3, "\(time)")
        let reasons = test.events.withLock { $0 }.compactMap { event in
            if case .failed(_, let reason) = event { reason } else { nil }
        }
        #expect(reasons.count == 8 && reasons.allSatisfy { $0.contains("another process has held its lock") })
        try blocker.inDatabase { try $0.rollback() }
        #expect(try await test.call("folders/addFolder", ["folderpath": "ws/after"]).status == 200)
        try await test.store.close()
    }

    @Test("T100: a change that comes while the lock is held is made once it is let go, and undone when it fails")
    func goesOn() async throws {
        let test = try await TestStore()
        let blocker = try blocker(of: test)
        async let folder = test.call("folders/addFolder", ["folderpath": "ws/patient"])
        try await Task.sleep(for: .milliseconds(300))
        try blocker.inDatabase { try $0.rollback() }
        #expect(try await folder.status == 200)
        #expect(try await test.call("folders/addFolder", ["folderpath": "ws/patient"]).status == 409)
        #expect(try await test.call("folders/addFolder", ["folderpath": "ws/other"]).status == 200)
        try await test.store.close()
    }
}
