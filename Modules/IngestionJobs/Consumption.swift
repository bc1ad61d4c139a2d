public import DistributedLock
public import LogIngestion
public import LogModel

/// Executes runs of `consume-logs`.
public struct Consumption: Sendable {
    private let consumer: LogConsumer
    private let keeper: RunKeeper
    private let lockTerm: Duration
    private let sharesApps: Bool

    /// Makes the job.
    /// - Parameters:
    ///   - consumer: consumes the logs.
    ///   - keeper: executes and records runs.
    ///   - lockTerm: how long the lock of a run lasts without an extension.
    ///   - sharesApps: whether several workers share the apps; the consumer then locks each app, see ``LockedApps``.
    public init(consumer: LogConsumer, keeper: RunKeeper, lockTerm: Duration, sharesApps: Bool) {
        self.consumer = consumer
        self.keeper = keeper
        self.lockTerm = lockTerm
        self.sharesApps = sharesApps
    }

    /// Executes a run, unless another one is going on in the deployment and apps are not shared.
    /// - Parameter onStart: called with the run when it has begun.
    /// - Returns: the run as it ended, or that it was skipped.
    /// - Throws: as ``RunKeeper/execute(_:lockTerm:onStart:_:)`` does.
    public func execute(onStart: @Sendable @escaping (Run) -> Void = { _ in }) async throws -> RunKeeper.Outcome {
        let work: @Sendable () async throws -> RunKeeper.Report = { [consumer] in .init(try await consumer.run()) }
        return sharesApps
            ? try await keeper.executeBesideOthers(.consumeLogs, lockTerm: lockTerm, onStart: onStart, work)
            : try await keeper.execute(.consumeLogs, lockTerm: lockTerm, onStart: onStart, work)
    }
}

/// Shares apps among consumers by a lock for each app.
public struct LockedApps: AppTurns {
    private let locks: LockKeeper
    private let term: Duration

    /// Makes the turns.
    /// - Parameters:
    ///   - locks: keeps the locks.
    ///   - term: how long a lock lasts without an extension.
    public init(locks: LockKeeper, term: Duration) {
        self.locks = locks
        self.term = term
    }

    /// Does work for an app under the lock of that app, unless another consumer holds the lock.
    public func take(
        _ app: AppID, _ work: @escaping @Sendable () async -> ConsumeFigures
    ) async throws -> ConsumeFigures? {
        let name = LockName("\(RunKind.consumeLogs.rawValue)/\(app)")
        return switch try await locks.withLock(name, for: term, { _ in await work() }) {
        case .done(let figures): figures
        case .skipped: nil
        }
    }
}
