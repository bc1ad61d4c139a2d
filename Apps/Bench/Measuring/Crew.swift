import Foundation
import LogferryPlatform

/// Threads that begin the same work at the same moment.
enum Crew {
    /// Lets threads take numbers from 0 up to a count, each the next one when it is done with its own.
    /// - Parameters:
    ///   - count: how many numbers there are.
    ///   - threads: how many threads take them.
    ///   - work: what each thread does, given what gives it numbers until there are no more.
    /// - Throws: ``BenchError`` when the work of a thread failed.
    static func share(
        _ count: Int, among threads: Int, _ work: @escaping @Sendable (_ next: () -> Int?) throws -> Void
    ) async throws {
        let taken = MutexGuarded(0)
        let failure = MutexGuarded<String?>(nil)
        _ = await run(threads) {
            do {
                try work {
                    taken.withLock { taken in
                        guard taken < count else { return nil }
                        defer { taken += 1 }
                        return taken
                    }
                }
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw BenchError(failure) }
    }

    /// Runs `work` once on each of `count` new threads, and gives what each used from the common start to its own end.
    ///
    /// The threads are the system's own: work that blocks, or contends for a lock, holds up no task.
    static func run(_ count: Int, _ work: @escaping @Sendable () -> Void) async -> [Usage] {
        let start = StartLine(for: count)
        let used = MutexGuarded<[Usage]>([])
        return await withCheckedContinuation { continuation in
            for _ in 0..<count {
                Thread.detachNewThread {
                    start.wait()
                    let before = Usage.ofThread()
                    work()
                    let usage = Usage.ofThread() - before
                    let all = used.withLock { used in
                        used.append(usage)
                        return used.count == count ? used : nil
                    }
                    if let all { continuation.resume(returning: all) }
                }
            }
        }
    }
}

/// Lets nobody go before all are there.
private final class StartLine: Sendable {
    private let missing: MutexGuarded<Int>
    private let condition = NSCondition()

    init(for count: Int) { missing = MutexGuarded(count) }

    func wait() {
        condition.lock()
        defer { condition.unlock() }
        missing.withLock { $0 -= 1 }
        if missing.withLock({ $0 == 0 }) { return condition.broadcast() }
        while missing.withLock({ $0 > 0 }) { condition.wait() }
    }
}
