public import IngestionJobs
import LogIngestion

/// Runs of `consume-logs`.
public struct Consumption: Sendable {
    let consumer: LogConsumer
    let keeper: RunKeeper
    let lockTerm: Duration

    /// Executes a run, unless one is going on somewhere.
    /// - Throws: when the lock or the record of the run cannot be written.
    public func execute(onStart: @Sendable @escaping (Run) -> Void = { _ in }) async throws -> RunKeeper.Outcome {
        try await keeper.execute(.consumeLogs, lockTerm: lockTerm, onStart: onStart) { [consumer] in
            let found = try await consumer.run()
            var figures = RunFigures()
            figures.apps = Int64(found.apps)
            figures.objects = Int64(found.objects)
            figures.bytes = found.bytes
            figures.records = found.records
            figures.rejects = found.rejects
            for (reason, count) in found.skips { figures.skips[reason.rawValue] = Int64(count) }
            return RunKeeper.Report(figures: figures, firstError: found.firstError)
        }
    }
}
