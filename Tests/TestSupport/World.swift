public import AppRegistry
public import InMemoryAdapter
public import LogCursor
public import LogIngestion
public import LogModel
import LogQuery

/// Apps, their files, a store and a clock, and consumers that work on them.
public struct World: Sendable {
    /// The time of day; noon of 2026-11-20 at first.
    public let clock = ManualWallClock(at: Timestamp(milliseconds: 1_795_168_800_000))
    /// What waits are measured by.
    public let ticks = ManualTicks()
    /// The folders of the apps.
    public let files = InMemoryFileStore()
    /// Keeps what consumers tell.
    public let observer = RecordingObserver()
    /// The store.
    public let store: InMemoryStore
    /// What consumers go by.
    public var settings = IngestionSettings()

    /// A day file of the present day.
    public static let today = "w-2026-11-20.ndjson"

    /// A world without apps.
    public init() {
        store = InMemoryStore(clock: clock)
        settings.chunkBytes = 64
        // Tests of what is waited for set it.
        settings.replaceAfter = .zero
    }

    /// Registers an app.
    public func newApp() async throws -> RegisteredApp {
        let app = RegisteredApp.fresh()
        try await store.add(app)
        return app
    }

    /// Makes a consumer.
    public func consumer(
        commits: (any CommitStore)? = nil, sources: (any AppSources)? = nil, owner: OwnerID = .fresh(),
        taken: (any TakenLines)? = nil
    ) -> LogConsumer {
        LogConsumer(
            apps: store, sources: sources ?? InMemoryAppSources(files), cursors: store, commits: commits ?? store,
            scanner: PortableScanner(), owner: owner, settings: settings, clock: clock, ticks: ticks,
            entropy: SeededEntropy(seed: 5), observer: observer, taken: taken)
    }

    /// Runs a consumer through the wait between its two looks behind an object's end.
    public func runThroughLooks(
        _ consumer: LogConsumer, between looks: () async -> Void = {}
    ) async throws -> ConsumeFigures {
        async let figures = consumer.run()
        // The one that keeps claims alive, the one that waits to visit others again, and the one that waits for its second look.
        await ticks.waitForSleepers(3)
        await looks()
        ticks.advance(by: .seconds(2))
        return try await figures
    }

    /// Lets leases and waits of failed objects end.
    public func outlast() { clock.advance(by: .seconds(400)) }

    /// Appends to a file of an app.
    public func append(_ text: String, to name: String = World.today, of app: RegisteredApp) async {
        await files.append(text, to: name, in: app.id.text)
    }

    /// The lines of an app, object by object.
    public func lines(of app: RegisteredApp) async -> [String] {
        let rows = await store.rows(LogFilter(app: app.id), order: .stored, after: nil, limit: .max)
        return (0..<rows.count).map { String(decoding: rows.bytes[rows.range($0)], as: UTF8.self) }
    }

    /// Finds the cursor of a file.
    public func cursor(_ name: String = World.today, of app: RegisteredApp) async -> Cursor? {
        await store.latest(in: source(of: app).id, of: [ObjectKey(name)])[ObjectKey(name)]
    }

    /// Finds a file as its source lists it.
    public func object(_ name: String = World.today, of app: RegisteredApp) async throws -> SourceObject {
        guard let found = try await source(of: app).find(ObjectKey(name)) else {
            throw SourceError(.gone, detail: "the test has no file \(name)")
        }
        return found
    }

    /// The source of an app's files.
    public func source(of app: RegisteredApp) -> InMemoryObjectSource {
        InMemoryObjectSource(files, folder: app.id.text)
    }
}

/// `count` lines that are numbered from `start`.
public func numbered(_ count: Int, from start: Int = 0) -> String {
    (start..<start + count).map { "{\"n\":\($0)}\n" }.joined()
}

/// The lines of ``numbered(_:from:)`` without their newlines.
public func numberedLines(_ count: Int, from start: Int = 0) -> [String] {
    (start..<start + count).map { "{\"n\":\($0)}" }
}
