import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import TestSupport

/// A store in memory whose reader counts and can fail.
final class MaintenanceBench: Sendable {
    let clock = ManualWallClock()
    let store: InMemoryStore
    let reader: CountingReader

    init() {
        store = InMemoryStore(clock: clock)
        reader = CountingReader(store)
    }

    func app() async throws -> AppID {
        let app = RegisteredApp.fresh()
        try await store.add(app)
        return app.id
    }

    func claim(_ object: String, of app: AppID) async throws -> Claim {
        let request = ClaimRequest(
            source: SourceID("test:\(app)"), object: ObjectKey(object), app: app, identity: "a", size: 1 << 40)
        let outcomes = await store.claim([request], by: .fresh(), for: .seconds(600))
        guard case .claimed(let claim) = outcomes.first else { throw NotClaimed() }
        return claim
    }

    func indexer(_ settings: IndexSettings = IndexSettings()) -> FieldIndexer {
        FieldIndexer(apps: store, catalogue: store, reader: reader, settings: settings)
    }

    func field(_ path: String, of app: AppID) async throws -> FieldEntry? {
        await store.fields(of: app, after: nil, limit: 1000).first { $0.path == path }
    }

    struct NotClaimed: Error {}
}

/// Counts what is read, lets things happen before it is, and fails when it is told to.
final class CountingReader: RecordReader, @unchecked Sendable {
    // @unchecked: set by the test before a run, and touched by the one task that reads.
    private let base: InMemoryStore
    private(set) var calls = 0
    private(set) var readRecords = 0
    var beforeRead: (@Sendable () async -> Void)?
    /// How many calls succeed before one fails.
    var failsAfter: Int?
    var failsOnce = false

    init(_ base: InMemoryStore) { self.base = base }

    func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows {
        await beforeRead?()
        if let left = failsAfter {
            failsAfter = left == 0 ? (failsOnce ? nil : 0) : left - 1
            if left == 0 { throw StoreError(.unavailable, detail: "told to fail") }
        }
        let rows = await base.rows(of: generation, from: offset, limit: limit)
        calls += 1
        readRecords += rows.count
        return rows
    }

    func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows {
        await base.rows(filter, order: order, after: position, limit: limit)
    }
    func count(_ filter: LogFilter) async throws(StoreError) -> Int64 { await base.count(filter) }
    func count(of generation: GenerationID) async throws(StoreError) -> Int64 {
        await base.count(of: generation)
    }
    func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar] {
        await base.histogram(filter, interval: interval, limit: limit)
    }
}

/// Steps that are committed while somebody reads.
final class Arrivals: @unchecked Sendable {
    // @unchecked: touched by the one task that reads.
    private var steps: [ObjectStep]

    init(_ steps: [ObjectStep], _ other: ObjectFeed) {
        var other = other
        self.steps = steps + [other.step("{\"a\":1}\n")]
    }

    func next() -> ObjectStep? { steps.isEmpty ? nil : steps.removeFirst() }
}
