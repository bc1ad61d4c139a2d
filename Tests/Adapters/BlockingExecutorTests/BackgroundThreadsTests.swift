import BlockingExecutor
import Glibc
import Testing

@Suite("Background threads", .timeLimit(.minutes(4)))
struct BackgroundThreadsTests {
    /// How much the calling thread gives way.
    private static var niceness: Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }

    @concurrent private static func nicenessOfTask() async -> Int32 { niceness }

    @Test("T9: tasks that prefer them run on threads that give way, also after they have waited, and others do not")
    func giveWay() async throws {
        let threads = BackgroundThreads(name: "calm", count: 2)
        let usual = await BackgroundThreadsTests.nicenessOfTask()
        try await withTaskExecutorPreference(threads) {
            #expect(await BackgroundThreadsTests.nicenessOfTask() == max(usual, Int32(BackgroundThreads.niceness)))
            try await Task.sleep(for: .milliseconds(1))
            #expect(await BackgroundThreadsTests.nicenessOfTask() == max(usual, Int32(BackgroundThreads.niceness)))
        }
        #expect(await BackgroundThreadsTests.nicenessOfTask() == usual)
    }

    @Test("T9: blocking threads give way when they are told to")
    func blockingThreads() async throws {
        let usual = try await BlockingThreads(name: "usual", count: 1).run { BackgroundThreadsTests.niceness }
        let threads = BlockingThreads(name: "calm", count: 1, niceness: 7)
        let calm = try await threads.run { BackgroundThreadsTests.niceness }
        #expect(calm == max(usual, 7))
    }

    @Test("run many tasks at once, and may be let go at any time")
    func manyTasks() async throws {
        for _ in 0..<20 {
            let threads = BackgroundThreads(name: "many", count: 2)
            let sum = await withTaskGroup(of: Int.self) { group in
                for number in 0..<50 {
                    group.addTask(executorPreference: threads) {
                        await Task.yield()
                        return number
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(sum == 1225)
        }
    }
}
