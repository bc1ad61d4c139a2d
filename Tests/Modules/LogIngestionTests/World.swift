import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// Apps, their files, a store and a clock, and consumers that work on them.
struct World {
    let clock = ManualWallClock(at: Timestamp(milliseconds: 1_795_168_800_000))
    let ticks = ManualTicks()
    let files = InMemoryFileStore()
    let observer = RecordingObserver()
    let store: InMemoryStore
    var settings = IngestionSettings()

    /// A day file of the present day.
    static let today = "w-2026-11-20.ndjson"

    init() {
        store = InMemoryStore(clock: clock)
        settings.chunkBytes = 64
        // Tests of what is waited for set it.
        settings.replaceAfter = .zero
    }

    func newApp() async throws -> RegisteredApp {
        let app = RegisteredApp.fresh()
        try await store.add(app)
        return app
    }

    func consumer(
        commits: (any CommitStore)? = nil, sources: (any AppSources)? = nil, owner: OwnerID = .fresh(),
        taken: (any TakenLines)? = nil
    ) -> LogConsumer {
        LogConsumer(
            apps: store, sources: sources ?? InMemoryAppSources(files), cursors: store, commits: commits ?? store,
            scanner: PortableScanner(), owner: owner, settings: settings, clock: clock, ticks: ticks,
            entropy: SeededEntropy(seed: 5), observer: observer, taken: taken)
    }

    /// Runs a consumer through the wait between its two looks behind an object's end.
    func runThroughLooks(_ consumer: LogConsumer, between looks: () async -> Void = {}) async throws -> ConsumeFigures {
        async let figures = consumer.run()
        // The one that keeps claims alive, the one that waits to visit others again, and the one that waits for its second look.
        await ticks.waitForSleepers(3)
        await looks()
        ticks.advance(by: .seconds(2))
        return try await figures
    }

    /// Lets leases and waits of failed objects end.
    func outlast() { clock.advance(by: .seconds(400)) }

    func append(_ text: String, to name: String = World.today, of app: RegisteredApp) async {
        await files.append(text, to: name, in: app.id.text)
    }

    /// The lines of an app, object by object.
    func lines(of app: RegisteredApp) async -> [String] {
        let rows = await store.rows(LogFilter(app: app.id), order: .stored, after: nil, limit: .max)
        return (0..<rows.count).map { String(decoding: rows.bytes[rows.range($0)], as: UTF8.self) }
    }

    func cursor(_ name: String = World.today, of app: RegisteredApp) async -> Cursor? {
        let source = InMemoryObjectSource(files, folder: app.id.text).id
        return await store.latest(in: source, of: [ObjectKey(name)])[ObjectKey(name)]
    }

    func object(_ name: String = World.today, of app: RegisteredApp) async throws -> SourceObject {
        var found: SourceObject?
        try await InMemoryObjectSource(files, folder: app.id.text).list { page in
            found = found ?? page.objects.first { $0.key.text == name }
        }
        return try #require(found)
    }
}

/// `count` lines that are numbered from `start`.
func numbered(_ count: Int, from start: Int = 0) -> String {
    (start..<start + count).map { "{\"n\":\($0)}\n" }.joined()
}

/// The lines of ``numbered(_:from:)`` without their newlines.
func numberedLines(_ count: Int, from start: Int = 0) -> [String] {
    (start..<start + count).map { "{\"n\":\($0)}" }
}
