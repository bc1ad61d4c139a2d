import BlockingExecutor
import Glibc
import Testing

@Suite("Calls whose threads may not come back")
struct CallKeeperTests {
    private struct Refusal: Error, Equatable { let held: Int }

    @Test("a call that is done in time has its value or its error, and nobody is held")
    func done() async throws {
        let keeper = CallKeeper(interval: .milliseconds(1))
        #expect(try await keeper.follow(judge: { nil }, late: {}, { 7 }) == 7)
        await #expect(throws: Refusal(held: 0)) {
            try await keeper.follow(judge: { nil }, late: {}, { throw Refusal(held: 0) })
        }
        #expect(keeper.held == 0)
    }

    @Test("T90: the caller of a call that is given up goes on, and the thread is held until it comes back")
    func givenUp() async throws {
        let keeper = CallKeeper(interval: .milliseconds(1))
        let (stream, release) = AsyncStream.makeStream(of: Void.self)
        let isLate = Locked(false)
        await #expect(throws: Refusal(held: 1)) {
            try await keeper.follow(
                judge: { { Refusal(held: $0) } }, late: { isLate.withLock { $0 = true } },
                { for await _ in stream { break } })
        }
        #expect(keeper.held == 1 && !isLate.withLock { $0 })
        release.yield()
        while keeper.held > 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(isLate.withLock { $0 })
    }

    @Test("a thread that comes back while its call is given up does not answer the caller, and is not held for ever")
    func backAtOnce() async throws {
        let keeper = CallKeeper(interval: .milliseconds(1))
        for _ in 0..<50 {
            let (stream, release) = AsyncStream.makeStream(of: Void.self)
            await #expect(throws: Refusal(held: 1)) {
                try await keeper.follow(
                    judge: {
                        { held in
                            release.yield()
                            usleep(1000)
                            return Refusal(held: held)
                        }
                    }, late: {},
                    { for await _ in stream { break } })
            }
            while keeper.held > 0 { try await Task.sleep(for: .milliseconds(1)) }
        }
    }

    @Test("calls that are done and given up at the same moment end once")
    func races() async throws {
        let keeper = CallKeeper(interval: .microseconds(100))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<500 {
                group.addTask {
                    let start = ContinuousClock.now
                    _ = try? await keeper.follow(
                        judge: {
                            guard .now - start > .microseconds(100 * (index % 5)) else { return nil }
                            return { Refusal(held: $0) }
                        }, late: {},
                        { try await Task.sleep(for: .microseconds(300)) })
                }
            }
            try await group.waitForAll()
        }
        while keeper.held > 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(keeper.held == 0)
    }
}
