public import LogModel

/// Carries out revocations that are owed, again and again, in each process that has a file store.
///
/// A credential that was taken away writes until this has ended it, so it waits for nothing else: neither for runs, nor
/// for another process. Several processes that end the same token do no harm.
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

    /// Puts a loop together.
    /// - Parameters:
    ///   - before: revokes what nobody has asked to revoke, before each sweep and while there is no file store too.
    ///   - sweep: what carries revocations out; `nil` while there is no file store.
    ///   - ticks: what waits.
    ///   - entropy: the jitter of waits.
    ///   - report: told how many revocations a sweep has settled, if any, and when sweeps begin to fail or fail otherwise.
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
