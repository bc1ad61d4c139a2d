import AppRegistry
import IngestionJobs
import LogIngestion
import LogMaintenance
import LogModel
import TelemetryAdapter

/// Words of figures that runs of cleanup-logs have beside the usual ones.
public enum CleanupFigure {
    /// Records that are old enough and that a follower has not seen.
    public static let waiting = "awaiting_follower"
    /// Records that went before a follower had seen them.
    public static let missed = "missed_by_follower"
}

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
        let indexer = FieldIndexer(apps: store.apps, catalogue: catalogue, reader: records)
        let (keeper, term, metrics) = (keeper, settings.indexLockTerm, telemetry.maintenance)
        return RecurringWork(.indexLogs, every: settings.indexInterval, shownBy: telemetry.runs) { onStart in
            try await keeper.execute(.indexLogs, lockTerm: term, onStart: onStart) {
                let found = try await indexer.run()
                metrics.note(found)
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
        let (keeper, term, cleanup) = (keeper, settings.cleanupLockTerm, cleanup())
        return RecurringWork(.cleanupLogs, every: settings.cleanupInterval, shownBy: telemetry.runs) { onStart in
            try await keeper.execute(.cleanupLogs, lockTerm: term, onStart: onStart) { try await cleanup.run() }
        }
    }

    private func cleanup() -> Cleanup {
        var usual = CleanupSettings()
        usual.days = settings.retentionDays
        usual.patience = settings.retentionPatience
        let lease = max(settings.ingestion.claimLease, Cleanup.shortestLease)
        let rules = settings.retentionOfSources.map {
            SourceRules(days: $0, sealGrace: settings.ingestion.sealGrace, claimLease: lease)
        }
        // Claims under the consumer's own name would keep nobody from anything.
        let claimant = OwnerID.mint(at: clock.now(), from: entropy)
        return Cleanup(
            store: store, fileStore: { fileStore }, apps: apps, tokens: tokens, usual: usual,
            rules: settings.retentionOfApps, sources: rules, claimant: claimant, clock: clock,
            metrics: telemetry.maintenance)
    }
}

/// What a run of cleanup-logs does: seals of tokens, records and runs, then files, then what is left of files that are
/// gone.
private struct Cleanup: Sendable {
    let store: Store
    /// Where files are deleted and asked after; without it, files and the cursors of files that are gone stay.
    let fileStore: @Sendable () -> FileStore?
    let apps: AppRegistrar
    let tokens: ClientTokens
    let usual: CleanupSettings
    let rules: [Settings.AppRetention]
    let sources: SourceRules?
    let claimant: OwnerID
    let clock: any WallClock
    let metrics: MaintenanceMetrics

    /// A claim on a file outlasts the last look at it and its removal.
    static let shortestLease: Duration = .seconds(30)

    func run() async throws -> RunKeeper.Report {
        try await tokens.eraseOldSeals()
        var settings = usual
        let unknown = try await settings.apply(rules, apps)
        // A rule that names nobody may be a rule that was mistyped: then nothing may go by the general one.
        if unknown != nil { settings.days = nil }
        let cleaner = LogCleaner(
            store: store.retention, runs: store.runRetention, settings: settings, clock: clock,
            ticks: ContinuousClock())
        let cleaned = try await cleaner.run()
        metrics.note(cleaned)
        var figures = RunFigures(cleaned)
        var firstError = unknown
        guard let files = fileStore() else { return RunKeeper.Report(figures: figures, firstError: firstError) }
        if let sources {
            let cleaner = SourceCleaner(
                apps: store.apps, sources: files.sources, disposal: files.disposal, cursors: store.cursors,
                catalogue: store.catalogue, owner: claimant, rules: sources, clock: clock, ticks: ContinuousClock())
            let found = try await cleaner.run()
            metrics.note(found)
            figures.objects += found.removed
            for (obstacle, count) in found.left { figures.skips[obstacle.rawValue] = count }
            firstError = firstError ?? found.firstError
        }
        let buried = try await TombstoneCleaner(
            apps: store.apps, sources: files.sources, cursors: store.cursors, records: store.records,
            store: store.tombstones, settings: settings, clock: clock
        ).run()
        metrics.note(buried)
        figures.objects += buried.cursors
        firstError = firstError ?? buried.firstError
        return RunKeeper.Report(figures: figures, firstError: firstError)
    }
}

extension Settings.AppRetention {
    /// What is wrong when there is no app of the name.
    var withoutApp: String {
        "retention.apps names \"\(visibleText(app))\", and there is no such app: until it does not, retention.days does not "
            + "apply"
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
                complaint = rule.withoutApp
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
