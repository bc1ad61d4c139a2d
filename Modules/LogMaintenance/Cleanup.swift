public import AppRegistry
public import LogCursor
public import LogIngestion
public import LogModel
public import LogQuery

/// Removes everything that may go: seals of tokens, records and runs, then files, then the cursors of files that are
/// gone.
public struct Cleanup: Sendable {
    private let ports: CleanupPorts
    private let places: @Sendable () -> CleanupPlaces?
    private let registrar: AppRegistrar
    private let tokens: ClientTokens
    private let settings: CleanupSettings
    private let rules: [AppRetention]
    private let sourceRules: SourceRules?
    private let owner: OwnerID
    private let clock: any WallClock
    private let ticks: any Clock<Duration>
    private let observer: any CleanupObserver

    /// Makes a cleanup.
    /// - Parameters:
    ///   - ports: the ports of the store.
    ///   - places: finds the places where files are removed; without places, files and the cursors of files that are
    ///     gone stay.
    ///   - apps: finds the apps that rules name.
    ///   - tokens: the tokens whose seals are erased.
    ///   - settings: how long things are kept; ``CleanupSettings/daysOfApps`` follows from `rules`.
    ///   - rules: how long the records of single apps are kept.
    ///   - sourceRules: when files may be removed; `nil` keeps them.
    ///   - owner: the owner of the claims on files. It must be used by nothing else, since a claim does not keep out
    ///     its own owner.
    ///   - clock: tells the present time, for the age of things.
    ///   - ticks: measures steps and pauses.
    ///   - observer: receives what each part removed, when that part is done.
    public init(
        ports: CleanupPorts, places: @escaping @Sendable () -> CleanupPlaces?, apps: AppRegistrar, tokens: ClientTokens,
        settings: CleanupSettings, rules: [AppRetention], sourceRules: SourceRules?, owner: OwnerID,
        clock: any WallClock, ticks: any Clock<Duration>, observer: any CleanupObserver
    ) {
        self.ports = ports
        self.places = places
        registrar = apps
        self.tokens = tokens
        self.settings = settings
        self.rules = rules
        self.sourceRules = sourceRules
        self.owner = owner
        self.clock = clock
        self.ticks = ticks
        self.observer = observer
    }

    /// Removes everything that may go now.
    /// - Returns: what was removed, and the first failure because of which something stayed.
    /// - Throws: ``StoreError`` when the store cannot be read or changed; `CancellationError`. What was removed before
    ///   stays removed, and was reported to the observer.
    public func run() async throws -> CleanupReport {
        try await tokens.eraseOldSeals()
        var settings = settings
        let unknown = try await settings.apply(rules, of: registrar)
        let cleaned = try await LogCleaner(
            store: ports.retention, runs: ports.runs, settings: settings, clock: clock, ticks: ticks
        ).run()
        observer.note(cleaned)
        var report = CleanupReport(cleaned: cleaned)
        report.firstError = unknown.last?.withoutApp
        guard let places = places() else { return report }
        if let sourceRules {
            let removed = try await SourceCleaner(
                apps: ports.apps, sources: places.sources, disposal: places.disposal, cursors: ports.cursors,
                catalogue: ports.catalogue, owner: owner, rules: sourceRules, clock: clock, ticks: ticks
            ).run()
            observer.note(removed)
            report.files = removed
            report.firstError = report.firstError ?? removed.firstError
        }
        let forgotten = try await TombstoneCleaner(
            apps: ports.apps, sources: places.sources, cursors: ports.cursors, records: ports.records,
            store: ports.tombstones, settings: settings, clock: clock
        ).run()
        observer.note(forgotten)
        report.tombstones = forgotten
        report.firstError = report.firstError ?? forgotten.firstError
        return report
    }
}

/// The ports of a store that cleaning up needs.
public struct CleanupPorts: Sendable {
    let apps: any AppStore
    let cursors: any CursorStore
    let records: any RecordReader
    let catalogue: any FieldCatalogue
    let retention: any RetentionStore
    let runs: any RunRetention
    let tombstones: any TombstoneStore

    /// Groups the ports.
    public init(
        apps: any AppStore, cursors: any CursorStore, records: any RecordReader, catalogue: any FieldCatalogue,
        retention: any RetentionStore, runs: any RunRetention, tombstones: any TombstoneStore
    ) {
        self.apps = apps
        self.cursors = cursors
        self.records = records
        self.catalogue = catalogue
        self.retention = retention
        self.runs = runs
        self.tombstones = tombstones
    }
}

/// The places where files are listed and removed.
public struct CleanupPlaces: Sendable {
    let sources: any AppSources
    let disposal: any ObjectDisposal

    /// Groups the places.
    public init(sources: any AppSources, disposal: any ObjectDisposal) {
        self.sources = sources
        self.disposal = disposal
    }
}

/// The report of a cleanup: what was removed.
public struct CleanupReport: Sendable, Hashable {
    /// The removed records, rejects, runs and cursors of deleted apps.
    public var cleaned: CleanupFigures
    /// The removed files.
    public var files = SourceFigures()
    /// The removed cursors of files that are gone.
    public var tombstones = TombstoneFigures()
    /// The first failure because of which something stayed.
    public var firstError: String?

    /// Makes a report from the store's part.
    public init(cleaned: CleanupFigures) { self.cleaned = cleaned }
}
