public import LogModel

/// Repeats the sweep of pending revocations in each process that has a file store.
///
/// A revoked credential can write until a sweep has ended it. So the loop depends on nothing else: neither on runs nor
/// on another process. Several processes may end the same token.
public struct RevocationLoop: Sendable {
    /// The time between two sweeps; after failures it doubles up to ``longestPause``.
    public static let pause: Duration = .seconds(2)
    /// The longest time between two sweeps.
    public static let longestPause: Duration = .seconds(60)

    private let before: @Sendable () async throws -> Void
    private let sweep: @Sendable () -> RevocationSweep?
    private let ticks: any Clock<Duration>
    private let entropy: any Entropy
    private let report: @Sendable (Result<Int, any Error>) -> Void

    /// Makes a loop.
    /// - Parameters:
    ///   - before: called before each sweep, also without a file store; revokes tokens that were issued and never
    ///     shown.
    ///   - sweep: carries out revocations; `nil` without a file store.
    ///   - ticks: measures the pauses.
    ///   - entropy: supplies the jitter of the pauses.
    ///   - report: called with the number of revocations that a sweep has carried out, if any, and when sweeps begin to
    ///     fail or fail in another way.
    public init(
        before: @Sendable @escaping () async throws -> Void = {},
        sweep: @Sendable @escaping () -> RevocationSweep?, ticks: any Clock<Duration>, entropy: any Entropy,
        report: @Sendable @escaping (Result<Int, any Error>) -> Void
    ) {
        self.before = before
        self.sweep = sweep
        self.ticks = ticks
        self.entropy = entropy
        self.report = report
    }

    /// Sweeps until the task is cancelled.
    public func run() async {
        var failures = 0
        var said: String?
        while !Task.isCancelled {
            do {
                let settled = try await turn()
                failures = 0
                said = nil
                if settled > 0 { report(.success(settled)) }
            } catch  where !Task.isCancelled {
                failures += 1
                // The same failure is said once, and not every few seconds for as long as an outage lasts.
                let words = String(describing: error)
                if words != said { report(.failure(error)) }
                said = words
            } catch {
                return
            }
            guard (try? await ticks.sleep(for: wait(after: failures))) != nil else { return }
        }
    }

    /// - Returns: how many revocations were settled.
    private func turn() async throws -> Int {
        try await before()
        return try await sweep()?.run() ?? 0
    }

    /// Half to all of the pause, which doubles with each failure in a row.
    private func wait(after failures: Int) -> Duration {
        let full = min(RevocationLoop.longestPause, RevocationLoop.pause * (1 << min(failures, 8)))
        return full / 2 + full / 2000 * Int(entropy.number(below: 1001))
    }
}
