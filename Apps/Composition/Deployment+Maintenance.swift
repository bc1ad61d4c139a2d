import AppRegistry
import IngestionJobs
import LogIngestion
import LogMaintenance
import LogModel
import TelemetryAdapter

extension Deployment {
    /// What brings lines in, once there is a file store to read.
    public func consuming() -> Late<RecurringWork> {
        Late {
            consumption().map { consumption in
                RecurringWork(.consumeLogs, every: settings.consumeInterval, shownBy: telemetry.runs) { onStart in
                    try await consumption.execute(onStart: onStart)
                }
            }
        }
    }

    /// The kinds of work that need no file store: they keep up what the store holds.
    public func upkeep() -> [RecurringWork] { [indexing(), cleaning()] }

    /// What keeps the field catalogue.
    public func indexing() -> RecurringWork {
        let indexer = FieldIndexer(apps: store, catalogue: catalogue, reader: records)
        let (keeper, term, metrics) = (keeper, settings.indexLockTerm, telemetry.maintenance)
        return RecurringWork(.indexLogs, every: settings.indexInterval, shownBy: telemetry.runs) { onStart in
            try await keeper.execute(.indexLogs, lockTerm: term, onStart: onStart) {
                let found = try await indexer.run()
                metrics.note(found)
                return RunKeeper.Report(found)
            }
        }
    }

    private func cleaning() -> RecurringWork {
        let (keeper, term, cleanup) = (keeper, settings.cleanupLockTerm, cleanup())
        return RecurringWork(.cleanupLogs, every: settings.cleanupInterval, shownBy: telemetry.runs) { onStart in
            try await keeper.execute(.cleanupLogs, lockTerm: term, onStart: onStart) { .init(try await cleanup.run()) }
        }
    }

    private func cleanup() -> Cleanup {
        var usual = CleanupSettings()
        usual.days = settings.retentionDays
        usual.patience = settings.retentionPatience
        let ports = CleanupPorts(
            apps: store, cursors: store, records: store, catalogue: store, retention: store, runs: store,
            tombstones: store)
        return Cleanup(
            ports: ports,
            places: { fileStore.map { CleanupPlaces(sources: $0.sources, disposal: $0.disposal) } }, apps: apps,
            tokens: tokens, settings: usual, rules: settings.retentionOfApps,
            sourceRules: settings.retentionOfSources.map {
                SourceRules(
                    days: $0, sealGrace: settings.ingestion.sealGrace, claimLease: settings.ingestion.claimLease)
            },
            // Claims under the consumer's own name would keep nobody from anything.
            owner: .mint(at: clock.now(), from: entropy), clock: clock, ticks: ContinuousClock(),
            observer: telemetry.maintenance)
    }
}
