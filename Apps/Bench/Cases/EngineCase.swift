import AppRegistry
import LocalFilesAdapter
import LogCursor
import LogIngestion
import LogModel
import StoreSupport
import SystemAdapter

/// The engine as a worker runs it, over one local file.
enum EngineCase {
    /// The app that all lines belong to.
    static let app = RegisteredApp(
        id: AppID(unchecked: "app_01kag8m3vn4z5qjb8t2x0d7wcs"), name: AppName(unchecked: "bench"), createdAt: moment)
    /// When limits receive their lines.
    static let moment = Timestamp(nanoseconds: 1_789_992_000_000_000_000)

    /// Gets a consumer ready.
    /// - Parameters:
    ///   - path: the file.
    ///   - store: where lines go; it is closed at the end, and the work is not done before.
    ///   - commits: where lines go instead.
    /// - Returns: the work.
    /// - Throws: what the store says when it cannot take the app.
    static func prepare(
        _ path: String, into store: any LogStore, commits: (any CommitStore)? = nil
    ) async throws -> CaseWork {
        try await store.add(app)
        let clock = SystemClock()
        let consumer = LogConsumer(
            apps: store, sources: OneFile(source: LocalFileSource(paths: [path], node: "bench")), cursors: store,
            commits: commits ?? store, scanner: benchedScanner, checksums: benchedChecksums,
            owner: .mint(at: clock.now(), from: SystemEntropy()),
            settings: IngestionSettings(), clock: clock, ticks: ContinuousClock(), entropy: SystemEntropy(),
            observer: Unobserved())
        return {
            let figures = try await consumer.run()
            try await store.close()
            if let words = figures.firstError { throw BenchError("\(path): \(words)") }
            return Tally(bytes: figures.bytes, lines: figures.records + figures.rejects, records: figures.records)
        }
    }
}

/// One file, whatever the app.
private struct OneFile: AppSources {
    let source: LocalFileSource

    func source(of app: RegisteredApp) -> any ObjectSource { source }
}

/// Watches nothing.
private struct Unobserved: IngestionObserver {
    func observe(_ event: IngestionEvent) {}
}
