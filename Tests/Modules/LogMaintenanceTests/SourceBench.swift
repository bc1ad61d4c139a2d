import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import TestSupport
import Testing

/// Files in memory that are consumed, indexed and cleaned up, and a clock that is at noon of 2026-11-20 at first.
struct SourceBench {
    let clock = ManualWallClock(at: Timestamp(milliseconds: 1_795_176_000_000))
    let files = InMemoryFileStore()
    let store: InMemoryStore
    let sources: InMemoryAppSources

    /// A file of the day on which the clock begins.
    static let file = "w-2026-11-20.ndjson"
    static let days: Duration = .seconds(86_400)

    init() {
        store = InMemoryStore(clock: clock)
        sources = InMemoryAppSources(files)
    }

    func app() async throws -> RegisteredApp {
        let app = RegisteredApp.fresh()
        try await store.add(app)
        return app
    }

    func append(_ text: String, to name: String = SourceBench.file, of app: RegisteredApp) async {
        await files.append(text, to: name, in: app.id.text)
    }

    func consume() async throws {
        let consumer = LogConsumer(
            apps: store, sources: sources, cursors: store, commits: store, scanner: PortableScanner(),
            owner: .fresh(), settings: IngestionSettings(), clock: clock, ticks: ContinuousClock(),
            entropy: SeededEntropy(seed: 1), observer: RecordingObserver())
        let figures = try await consumer.run()
        #expect(figures.firstError == nil)
    }

    func index() async throws {
        _ = try await FieldIndexer(apps: store, catalogue: store, reader: store).run()
    }

    /// Takes and indexes all there is, and lets a day more than `days` pass.
    func settle(days: Int) async throws {
        try await consume()
        try await index()
        clock.advance(by: SourceBench.days * (days + 1))
    }

    func cleaner(
        days: Int = 7, disposal: (any ObjectDisposal)? = nil, cursors: (any CursorStore)? = nil,
        _ change: (inout SourceRules) -> Void = { _ in }
    ) -> SourceCleaner {
        var rules = SourceRules(days: days, sealGrace: .seconds(3600), claimLease: .seconds(60))
        rules.rest = .zero
        change(&rules)
        return SourceCleaner(
            apps: store, sources: sources, disposal: disposal ?? InMemoryObjectDisposal(files),
            cursors: cursors ?? store, catalogue: store, owner: .fresh(), rules: rules, clock: clock,
            ticks: ContinuousClock())
    }

    func tombstones(days: Int = 30, batch: Int = 10_000) -> TombstoneCleaner {
        var settings = CleanupSettings()
        settings.days = days
        return TombstoneCleaner(
            apps: store, sources: sources, cursors: store, records: store, store: store, settings: settings,
            clock: clock, batch: batch)
    }

    /// Applies retention to records and rejects.
    func expire(days: Int = 30) async throws {
        var settings = CleanupSettings()
        settings.days = days
        settings.rest = .zero
        _ = try await LogCleaner(
            store: store, runs: store, settings: settings, clock: clock, ticks: ContinuousClock()
        ).run()
    }

    func names(of app: RegisteredApp) async throws -> [String] {
        let names = Names()
        try await sources.source(of: app).list { page in names.all += page.objects.map(\.key.text) }
        return names.all.sorted()
    }

    func lines(of app: RegisteredApp) async -> Int64 { await store.count(LogFilter(app: app.id)) }

    func cursor(_ name: String = SourceBench.file, of app: RegisteredApp) async -> Cursor? {
        let source = sources.source(of: app).id
        return await store.latest(in: source, of: [ObjectKey(name)])[ObjectKey(name)]
    }

    private final class Names { var all: [String] = [] }
}

/// Lets something happen right before an object is removed, then removes it, or fails.
struct MeddledDisposal: ObjectDisposal {
    let base: any ObjectDisposal
    let before: @Sendable (SourceObject) async throws(SourceError) -> Void

    func remove(_ object: SourceObject, of app: RegisteredApp) async throws(SourceError) {
        try await before(object)
        try await base.remove(object, of: app)
    }
}
