import AppRegistry
import DistributedLock
import IngestionJobs
import LogMaintenance
import LogModel

/// Words of figures that runs of cleanup-logs have beside the usual ones.
public enum CleanupFigure {
    /// Records that are old enough and that a follower has not seen.
    public static let waiting = "awaiting_follower"
    /// Records that went before a follower had seen them.
    public static let missed = "missed_by_follower"
}

extension Deployment {
    /// All kinds of work that workers do.
    /// - Throws: ``SettingsError`` when there is no file store.
    public func recurringWork() throws -> [RecurringWork] {
        let consumption = try consumption()
        let consuming = RecurringWork(.consumeLogs, every: settings.consumeInterval) { onStart in
            try await consumption.execute(onStart: onStart)
        }
        return [consuming, indexing(), cleaning()]
    }

    private func indexing() -> RecurringWork {
        let indexer = FieldIndexer(apps: store.apps, catalogue: catalogue, reader: records)
        let (keeper, term) = (keeper, settings.indexLockTerm)
        return RecurringWork(.indexLogs, every: settings.indexInterval) { onStart in
            try await keeper.execute(.indexLogs, lockTerm: term, onStart: onStart) {
                let found = try await indexer.run()
                var figures = RunFigures()
                figures.apps = Int64(found.apps)
                figures.objects = Int64(found.objects)
                figures.bytes = found.bytes
                figures.records = found.records
                if found.refused > 0 { figures.skips["taken_over"] = Int64(found.refused) }
                return RunKeeper.Report(figures: figures, firstError: found.firstError)
            }
        }
    }

    private func cleaning() -> RecurringWork {
        let (keeper, term, rules) = (keeper, settings.cleanupLockTerm, settings.retentionOfApps)
        let (apps, retention, runs, clock) = (apps, store.retention, store.runRetention, clock)
        var general = CleanupSettings()
        general.days = settings.retentionDays
        general.patience = settings.retentionPatience
        let usual = general
        return RecurringWork(.cleanupLogs, every: settings.cleanupInterval) { onStart in
            try await keeper.execute(.cleanupLogs, lockTerm: term, onStart: onStart) {
                var cleanup = usual
                let unknown = try await cleanup.apply(rules, apps)
                // A rule that names nobody may be a rule that was mistyped: then nothing may go by the general one.
                if unknown != nil { cleanup.days = nil }
                let cleaner = LogCleaner(
                    store: retention, runs: runs, settings: cleanup, clock: clock, ticks: ContinuousClock())
                let found = try await cleaner.run()
                return RunKeeper.Report(figures: RunFigures(found), firstError: unknown)
            }
        }
    }
}

extension CleanupSettings {
    /// Takes the rules of single apps.
    /// - Returns: what is wrong with them, if something is.
    fileprivate mutating func apply(_ rules: [Settings.AppRetention], _ apps: AppRegistrar) async throws -> String? {
        var complaint: String?
        for rule in rules {
            do {
                daysOfApps[try await apps.find(rule.app).id] = rule.days
            } catch RegistryError.unknownApp {
                complaint = "retention.apps names \"\(visibleText(rule.app))\", and there is no such app"
            }
        }
        return complaint
    }
}

extension RunFigures {
    fileprivate init(_ found: CleanupFigures) {
        self.init()
        objects = found.cursors
        bytes = found.bytes
        records = found.records
        rejects = found.rejects
        if found.waiting > 0 { skips[CleanupFigure.waiting] = found.waiting }
        if found.missed > 0 { skips[CleanupFigure.missed] = found.missed }
    }
}
