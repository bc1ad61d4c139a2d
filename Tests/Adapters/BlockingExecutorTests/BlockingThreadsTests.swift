import BlockingExecutor
import Glibc
import Testing

@Suite("Blocking threads", .timeLimit(.minutes(4)))
struct BlockingThreadsTests {
    private struct Refusal: Error, Equatable {}

    @Test("give back what a closure returns or throws")
    func passResultsOn() async throws {
        let threads = BlockingThreads(name: "result", count: 1)
        #expect(try await threads.run { 6 * 7 } == 42)
        await #expect(throws: Refusal.self) { try await threads.run { throw Refusal() } }
    }

    @Test("run as many closures at once as there are threads, and no more", arguments: [1, 3])
    func boundParallelism(count: Int) async throws {
        let threads = BlockingThreads(name: "bound", count: count)
        let running = Locked((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await threads.run {
                        running.withLock { state in
                            state.now += 1
                            state.most = max(state.most, state.now)
                        }
                        usleep(5000)
                        running.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(running.withLock { $0.most } == count)
    }

    @Test("let a cancelled caller go before its turn, and never run its closure")
    func cancelWaitingCaller() async throws {
        let threads = BlockingThreads(name: "cancel", count: 1)
        let gate = Gate()
        let ran = Locked(false)
        async let first: Void = threads.run { gate.wait() }
        await gate.someoneWaits()
        let second = Task { try await threads.run { ran.withLock { $0 = true } } }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        gate.open()
        try await first
        try await threads.run {}
        #expect(!ran.withLock { $0 })
    }

    @Test("wait for a closure that has begun, though its caller is cancelled")
    func finishBegunClosure() async throws {
        let threads = BlockingThreads(name: "begun", count: 1)
        let gate = Gate()
        let caller = Task {
            try await threads.run { () -> String in
                gate.wait()
                return "done"
            }
        }
        await gate.someoneWaits()
        caller.cancel()
        gate.open()
        #expect(try await caller.value == "done")
    }

    @Test("refuse a caller when as many wait as may wait")
    func boundQueue() async throws {
        let threads = BlockingThreads(name: "full", count: 1, queueLimit: 0)
        let gate = Gate()
        async let first: Void = threads.run { gate.wait() }
        await gate.someoneWaits()
        await #expect(throws: BlockingThreadsError.queueFull) { try await threads.run {} }
        gate.open()
        try await first
    }

    @Test("run closures that nobody waits for, and refuse them after a stop")
    func unawaited() async {
        let threads = BlockingThreads(name: "unawaited", count: 1)
        let (turns, turn) = AsyncStream.makeStream(of: Int.self)
        for number in 1...3 { #expect(throws: Never.self) { try threads.begin { turn.yield(number) } } }
        var seen: [Int] = []
        for await number in turns {
            seen.append(number)
            if seen.count == 3 { break }
        }
        #expect(seen == [1, 2, 3])
        threads.stop()
        #expect(throws: BlockingThreadsError.stopped) { try threads.begin {} }
    }

    @Test("refuse what waits and what comes after a stop, and finish what runs")
    func stop() async throws {
        let threads = BlockingThreads(name: "stop", count: 1)
        let gate = Gate()
        async let first: Int = threads.run {
            gate.wait()
            return 1
        }
        await gate.someoneWaits()
        let second = Task { try await threads.run { 2 } }
        threads.stop()
        await #expect(throws: BlockingThreadsError.stopped) { try await second.value }
        await #expect(throws: BlockingThreadsError.stopped) { try await threads.run { 3 } }
        gate.open()
        #expect(try await first == 1)
    }
}
