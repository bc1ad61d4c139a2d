import BlockingExecutor
import Glibc
import Testing

@Suite("A locked value", .timeLimit(.minutes(4)))
struct LockedTests {
    private struct Refusal: Error, Equatable {}

    @Test("is lent to one thread at a time")
    func excludeOthers() async throws {
        let total = Locked(0)
        let threads = BlockingThreads(name: "count", count: 4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await threads.run {
                        for _ in 0..<5000 { total.withLock { $0 += 1 } }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(total.withLock { $0 } == 40_000)
    }

    @Test("is free again after the body has thrown")
    func unlockAfterThrow() {
        let value = Locked(1)
        #expect(throws: Refusal()) {
            try value.withLock { (number: inout Int) throws(Refusal) in
                number = 2
                throw Refusal()
            }
        }
        #expect(value.withLock { $0 } == 2)
    }
}
