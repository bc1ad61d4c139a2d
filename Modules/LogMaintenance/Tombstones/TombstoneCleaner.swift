public import AppRegistry
public import LogCursor
public import LogIngestion
public import LogModel
public import LogQuery

/// Removes the cursors of objects that are gone, after their records are gone.
///
/// A listing without an object proves nothing: the next listing may show it. So the source is asked for the object
/// itself, by its identity.
public struct TombstoneCleaner: Sendable {
    private let apps: any AppStore
    private let sources: any AppSources
    private let cursors: any CursorStore
    private let records: any RecordReader
    private let store: any TombstoneStore
    private let settings: CleanupSettings
    private let clock: any WallClock

    /// How many cursors are looked for in one listing.
    private let batch: Int

    /// Makes a cleaner.
    /// - Parameters:
    ///   - apps: the apps to visit.
    ///   - sources: finds each app's files.
    ///   - cursors: the cursors of the files.
    ///   - records: tells which records are left.
    ///   - store: removes cursors.
    ///   - settings: how long an app's cursors are kept; those of apps without days are kept forever.
    ///   - clock: tells the present time, for the age of things.
    ///   - batch: the number of cursors that are looked for in one listing; memory grows with it.
    public init(
        apps: any AppStore, sources: any AppSources, cursors: any CursorStore, records: any RecordReader,
        store: any TombstoneStore, settings: CleanupSettings, clock: any WallClock, batch: Int = 10_000
    ) {
        self.apps = apps
        self.sources = sources
        self.cursors = cursors
        self.records = records
        self.store = store
        self.settings = settings
        self.clock = clock
        self.batch = batch
    }

    /// Removes everything that may go now, app by app.
    ///
    /// A failure of one app does not affect the others; the figures contain the first failure.
    /// - Throws: `CancellationError` when the task was cancelled, ``StoreError`` when the apps cannot be listed.
    public func run() async throws -> TombstoneFigures {
        var figures = TombstoneFigures()
        let plan = settings.plan(at: clock.now())
        guard plan.standard != nil || !plan.apps.isEmpty else { return figures }
        var last: AppID?
        while true {
            let page = try await apps.apps(after: last, limit: 100)
            for app in page {
                guard let end = plan.end(of: app.id) else { continue }
                do {
                    try await clean(app, before: end, &figures)
                } catch {
                    // Being told to stop is nobody's failure, whatever error it comes as.
                    try Task.checkCancellation()
                    figures.firstError = figures.firstError ?? "\(app.id): \(error)"
                }
            }
            last = page.last?.id
            guard page.count == 100 else { return figures }
        }
    }

    private func clean(_ app: RegisteredApp, before end: Timestamp, _ figures: inout TombstoneFigures) async throws {
        let source = sources.source(of: app)
        var last: GenerationID?
        var found: [Cursor] = []
        while true {
            try Task.checkCancellation()
            let page = try await cursors.cursors(of: app.id, after: last, limit: 1000)
            for cursor in page where cursor.source == source.id && isOver(cursor, end) {
                if try await records.count(of: cursor.generation) == 0 { found.append(cursor) }
            }
            last = page.last?.generation
            let isEnd = page.count < 1000
            if isEnd || found.count >= batch {
                try await forgetGone(found, from: source, &figures)
                found.removeAll()
            }
            if isEnd { return }
        }
    }

    /// Whether a cursor's time is over: nothing has moved it for as long as its records are kept.
    private func isOver(_ cursor: Cursor, _ end: Timestamp) -> Bool {
        cursor.updatedAt < end && cursor.day.map { $0.next.start < end } ?? true
    }

    /// Removes those of some cursors whose objects are gone.
    private func forgetGone(
        _ found: [Cursor], from source: any ObjectSource, _ figures: inout TombstoneFigures
    ) async throws {
        guard !found.isEmpty else { return }
        var absent = Set(found.map(\.identity))
        try await source.list { page in
            try Task.checkCancellation()
            absent.subtract(page.objects.map(\.identity))
        }
        // In the order of generations, since an object's earlier ones go first.
        for cursor in found where absent.contains(cursor.identity) {
            try Task.checkCancellation()
            guard try await isGone(cursor, from: source) else { continue }
            if try await store.forget(cursor) { figures.cursors += 1 }
        }
    }

    private func isGone(_ cursor: Cursor, from source: any ObjectSource) async throws -> Bool {
        let object = SourceObject(
            key: cursor.object, identity: cursor.identity, size: cursor.progress.position, day: cursor.day,
            fileIndex: cursor.fileIndex)
        do {
            _ = try await source.read(object, from: 0, limit: 1)
            return false
        } catch {
            guard error.reason == .gone else { throw error }
            return true
        }
    }
}

/// The figures of removing tombstones.
public struct TombstoneFigures: Sendable, Hashable {
    /// The number of removed cursors.
    public var cursors: Int64 = 0
    /// The first failure, because of which an app's other cursors stayed.
    public var firstError: String?

    /// Makes figures of zero.
    public init() {}
}
