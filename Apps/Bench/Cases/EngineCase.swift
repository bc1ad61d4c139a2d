import AppRegistry
import LocalFilesAdapter
import LogCursor
import LogIngestion
import LogModel
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
    ///   - apps: where the app is put.
    ///   - cursors: who may move which cursor.
    ///   - commits: where lines go.
    ///   - close: what ends the store; the work is not done before.
    /// - Returns: the work.
    /// - Throws: what the store says when it cannot take the app.
    static func prepare(
        _ path: String, apps: any AppStore, cursors: any CursorStore, commits: any CommitStore,
        close: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> CaseWork {
        try await apps.add(app)
        let clock = SystemClock()
        let consumer = LogConsumer(
            apps: apps, sources: OneFile(source: LocalFileSource(paths: [path], node: "bench")), cursors: cursors,
            commits: commits, scanner: benchedScanner, checksums: benchedChecksums,
            owner: .mint(at: clock.now(), from: SystemEntropy()),
            settings: IngestionSettings(), clock: clock, ticks: ContinuousClock(), entropy: SystemEntropy(),
            observer: Unobserved())
        return {
            let figures = try await consumer.run()
            try await close()
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
