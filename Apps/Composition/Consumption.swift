import DistributedLock
public import IngestionJobs
import LogIngestion
import LogModel

/// Runs of `consume-logs`.
public struct Consumption: Sendable {
    let consumer: LogConsumer
    let keeper: RunKeeper
    let lockTerm: Duration
    /// Whether several workers share the apps, each app under its own lock.
    let sharesApps: Bool

    /// Executes a run, unless one is going on somewhere and apps are not shared.
    /// - Throws: when the lock or the record of the run cannot be written.
    public func execute(onStart: @Sendable @escaping (Run) -> Void = { _ in }) async throws -> RunKeeper.Outcome {
        let work: @Sendable () async throws -> RunKeeper.Report = { [consumer] in
            let found = try await consumer.run()
            var figures = RunFigures()
            figures.apps = Int64(found.apps)
            figures.objects = Int64(found.objects)
            figures.bytes = found.bytes
            figures.records = found.records
            figures.untimed = found.untimed
            figures.rejects = found.rejects
            for (reason, count) in found.skips { figures.skips[reason.rawValue] = Int64(count) }
            return RunKeeper.Report(figures: figures, firstError: found.firstError)
        }
        return sharesApps
            ? try await keeper.executeBesideOthers(.consumeLogs, lockTerm: lockTerm, onStart: onStart, work)
            : try await keeper.execute(.consumeLogs, lockTerm: lockTerm, onStart: onStart, work)
    }
}

/// Turns of apps by locks.
struct LockedApps: AppTurns {
    let locks: LockKeeper
    let term: Duration

    func take(
        _ app: AppID, _ work: @escaping @Sendable () async -> ConsumeFigures
    ) async throws -> ConsumeFigures? {
        let name = LockName("\(RunKind.consumeLogs.rawValue)/\(app)")
        return switch try await locks.withLock(name, for: term, { _ in await work() }) {
        case .done(let figures): figures
        case .skipped: nil
        }
    }
}
