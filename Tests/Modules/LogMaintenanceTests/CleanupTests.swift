import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import TestSupport
import Testing

/// Whole cleanups: the order of their parts, and what keeps one of them from something.
@Suite("Cleanup", .timeLimit(.minutes(4)))
struct CleanupTests {
    private let bench = SourceBench()
    private let observer = Observer()

    /// Keeps what it is told, in order.
    private final class Observer: CleanupObserver {
        private let kept = Locked<[String]>([])
        var told: [String] { kept.withLock { $0 } }
        private func keep(_ words: String) { kept.withLock { $0.append(words) } }

        func note(_ figures: CleanupFigures) { keep("records \(figures.records)") }
        func note(_ figures: SourceFigures) { keep("files \(figures.removed)") }
        func note(_ figures: TombstoneFigures) { keep("cursors \(figures.cursors)") }
    }

    private func cleanup(
        days: Int? = 30, rules: [AppRetention] = [], sourceDays: Int? = 7, hasFileStore: Bool = true,
        disposal: (any ObjectDisposal)? = nil
    ) -> Cleanup {
        let (store, sources) = (bench.store, bench.sources)
        var settings = CleanupSettings()
        settings.days = days
        settings.rest = .zero
        let places = CleanupPlaces(
            sources: sources, disposal: disposal ?? InMemoryObjectDisposal(bench.files))
        return Cleanup(
            ports: CleanupPorts(
                apps: store, cursors: store, records: store, catalogue: store, retention: store,
                runs: store, tombstones: store),
            places: { hasFileStore ? places : nil },
            apps: AppRegistrar(store: store, clock: bench.clock, entropy: FreshEntropy(), ticks: ManualTicks()),
            tokens: ClientTokens(
                apps: store, store: store, hasher: PlainHasher(), clock: bench.clock, entropy: FreshEntropy(),
                ticks: ManualTicks()),
            settings: settings, rules: rules,
            sourceRules: sourceDays.map {
                SourceRules(days: $0, sealGrace: .seconds(3600), claimLease: .seconds(60))
            },
            owner: .fresh(), clock: bench.clock, ticks: ContinuousClock(), observer: observer)
    }

    /// An app with a file of one line that was taken, indexed and is older than all that is kept.
    private func oldApp() async throws -> RegisteredApp {
        let app = try await bench.app()
        await bench.append("{\"a\":1}\n", of: app)
        try await bench.settle(days: 32)
        return app
    }

    @Test("C25: one run removes records, then their file, then its cursor, and each part is told")
    func order() async throws {
        let app = try await oldApp()
        let report = try await cleanup().run()
        #expect(observer.told == ["records 1", "files 1", "cursors 1"])
        #expect(report.cleaned.records == 1 && report.files.removed == 1 && report.tombstones.cursors == 1)
        #expect(report.firstError == nil)
        #expect(try await bench.names(of: app) == [])
        #expect(await bench.cursor(of: app) == nil)
    }

    @Test("a rule that names no app keeps the general rule from everything; rules of other apps apply")
    func unknownApp() async throws {
        let (one, other) = (try await oldApp(), try await oldApp())
        let rules = [AppRetention(app: other.name.text, days: 1), AppRetention(app: "mistyped", days: 1)]
        let report = try await cleanup(rules: rules, sourceDays: nil).run()
        #expect(
            report.firstError
                == "retention.apps names \"mistyped\", and there is no such app: until it does not, retention.days does "
                + "not apply")
        #expect(await bench.lines(of: one) == 1)
        #expect(await bench.lines(of: other) == 0)
        let right = try await cleanup(rules: Array(rules.prefix(1)), sourceDays: nil).run()
        #expect(right.firstError == nil && right.cleaned.records == 1)
        #expect(await bench.lines(of: one) == 0)
    }

    @Test("without a file store records go, and files and cursors stay")
    func noFileStore() async throws {
        let app = try await oldApp()
        let report = try await cleanup(hasFileStore: false).run()
        #expect(observer.told == ["records 1"] && report.files == SourceFigures())
        #expect(try await bench.names(of: app) == [SourceBench.file])
        #expect(await bench.cursor(of: app) != nil)
    }

    @Test("without rules for files these stay, and cursors of files that are gone are removed")
    func noSourceRules() async throws {
        let (gone, there) = (try await oldApp(), try await oldApp())
        await bench.files.remove(SourceBench.file, in: gone.id.text)
        _ = try await cleanup(sourceDays: nil).run()
        #expect(observer.told == ["records 2", "cursors 1"])
        #expect(await bench.cursor(of: gone) == nil)
        #expect(await bench.cursor(of: there) != nil)
        #expect(try await bench.names(of: there) == [SourceBench.file])
    }

    @Test("what was removed before a cleanup is stopped is told all the same")
    func stopped() async throws {
        _ = try await oldApp()
        let disposal = MeddledDisposal(base: InMemoryObjectDisposal(bench.files)) { _ throws(SourceError) in
            withUnsafeCurrentTask { $0?.cancel() }
        }
        let task = Task { [cleanup = cleanup(disposal: disposal)] in try await cleanup.run() }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(observer.told == ["records 1"])
    }

    @Test("a failure of the file store is the first error, and cursors are looked at after it")
    func failing() async throws {
        let app = try await oldApp()
        await bench.files.setRemovalFailure(SourceError(.forbidden, detail: "no right"))
        let report = try await cleanup().run()
        #expect(report.firstError == "\(app.id): forbidden: no right")
        #expect(observer.told == ["records 1", "files 0", "cursors 0"])
    }

    @Test("seals of tokens are erased a day after they were issued")
    func seals() async throws {
        let app = try await bench.app()
        let token = ClientToken(
            id: .fresh(), app: app.id, name: "ci", scopes: .write, digest: [1], createdAt: bench.clock.now(),
            expiresAt: nil, seal: [2])
        try await bench.store.add(token)
        _ = try await cleanup().run()
        #expect(await bench.store.token(token.id)?.seal == [2])
        bench.clock.advance(by: .seconds(86_401))
        _ = try await cleanup().run()
        #expect(await bench.store.token(token.id)?.seal == nil)
    }

    @Test("a claim on a file lasts 30 seconds at least, whatever the lease of consumers is")
    func lease() {
        func lease(_ given: Duration) -> Duration {
            SourceRules(days: 1, sealGrace: .zero, claimLease: given).claimLease
        }
        #expect(lease(.seconds(5)) == .seconds(30) && lease(.seconds(60)) == .seconds(60))
    }
}
