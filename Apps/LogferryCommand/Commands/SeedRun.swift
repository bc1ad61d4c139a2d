import Foundation
import Simulation

/// Runs a range of seeds on all processors, the lowest first.
final class SeedRun: @unchecked Sendable {
    // @unchecked: what changes is touched behind the lock.

    /// What is known so far.
    struct Progress: Sendable {
        /// How many seeds are done.
        var seeds: UInt64 = 0
        /// How many records were judged in them.
        var records = 0
        /// The lowest seed that broke a rule.
        var broken: Simulation.Report?
    }

    private let range: Range<UInt64>
    private let lock = NSLock()
    private var next: UInt64
    private var progress = Progress()

    init(_ range: Range<UInt64>) {
        self.range = range
        next = range.lowerBound
    }

    /// Runs the seeds up to the first that breaks a rule.
    /// - Parameter show: told after each seed, one call at a time.
    /// - Returns: what came of all.
    func run(_ show: @escaping @Sendable (Progress) -> Void) async -> Progress {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<max(1, ProcessInfo.processInfo.activeProcessorCount) {
                group.addTask { await onAThread { self.work(show) } }
            }
        }
        return lock.withLock { progress }
    }

    private func work(_ show: (Progress) -> Void) {
        while let seed = takeSeed() {
            let report = Simulation().run(seed: seed)
            lock.withLock {
                progress.seeds += 1
                progress.records += report.records
                if !report.violations.isEmpty, progress.broken.map({ seed < $0.seed }) != false {
                    progress.broken = report
                }
                show(progress)
            }
        }
    }

    /// Seeds are given out in their order, so that the ones below a broken one are all under way when it is found.
    private func takeSeed() -> UInt64? {
        lock.withLock {
            guard progress.broken == nil, next < range.upperBound else { return nil }
            defer { next += 1 }
            return next
        }
    }
}

/// Runs something that keeps its thread busy on one that nobody else needs.
func onAThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: body()) }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
