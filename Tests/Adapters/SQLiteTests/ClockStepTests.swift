import AppRegistry
import DistributedLock
import InMemoryAdapter
import IngestionJobs
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import PortContracts
import SQLiteAdapter
import SdkProvisioning
import TestSupport
import Testing

/// Init, append, follow and query while the time of day steps, over the store in memory and over SQLite.
@Suite("Steps of the clock")
struct ClockStepTests {
    enum Store: CaseIterable { case memory, sqlite }

    private static let file = "w-2026-11-20.ndjson"

    /// Everything of a small deployment on one clock.
    private final class Scene {
        let clock = ManualWallClock(at: Timestamp(milliseconds: 1_795_168_800_000))
        let ticks = ManualTicks()
        let files = InMemoryFileStore()
        let store: StoreUnderTest
        let storage: InMemoryStorage
        let app = RegisteredApp.fresh()
        let consumers: [(consumer: LogConsumer, keeper: RunKeeper)]
        private let folder: TemporaryFolder

        init(_ kind: Store) async throws {
            let clock = clock
            let temporary = try TemporaryFolder()
            folder = temporary
            store =
                switch kind {
                case .sqlite: .sqlite(try SQLiteStore(path: temporary.file("store.sqlite")))
                case .memory: .inMemory(on: clock)
                }
            storage = InMemoryStorage(clock: clock, entropy: SeededEntropy(seed: 3))
            try await store.ports.add(app)
            let (store, ticks, files) = (store, ticks, files)
            consumers = (0..<2).map { _ in
                let owner = OwnerID.fresh()
                var settings = IngestionSettings()
                settings.chunkBytes = 64
                return (
                    LogConsumer(
                        apps: store.ports, sources: InMemoryAppSources(files), cursors: store.ports,
                        commits: store.ports, scanner: PortableScanner(), owner: owner, settings: settings,
                        clock: clock, ticks: ticks, entropy: SeededEntropy(seed: 5), observer: RecordingObserver()),
                    RunKeeper(
                        locks: LockKeeper(store: store.locks, holder: owner, ticks: ticks), store: store.ports,
                        clock: clock, entropy: SeededEntropy(seed: 6))
                )
            }
        }

        func append(_ text: String) async { await files.append(text, to: ClockStepTests.file, in: app.id.text) }

        /// A run of one of the workers.
        func consume(_ index: Int, to end: RunState = .finished) async throws {
            let (consumer, keeper) = consumers[index]
            let outcome = try await keeper.execute(.consumeLogs, lockTerm: .seconds(30)) {
                RunKeeper.Report(figures: RunFigures(), firstError: try await consumer.run().firstError)
            }
            guard case .executed(let run) = outcome else { throw Skipped() }
            #expect(run.state == end, "\(run)")
        }

        func lines() async throws -> [String] {
            let rows = try await store.ports.rows(
                LogFilter(app: app.id), order: .stored, after: nil, limit: 10_000)
            return (0..<rows.count).map { String(decoding: rows.bytes[rows.range($0)], as: UTF8.self) }
        }
    }

    private struct Skipped: Error {}

    @Test("no line is lost or doubled, every run goes on, and init gives what is valid", arguments: Store.allCases)
    func steps(_ kind: Store) async throws {
        let scene = try await Scene(kind)
        let tokens = ClientTokens(
            apps: scene.store.ports, store: scene.store.ports, hasher: PlainHasher(), clock: scene.clock,
            entropy: SeededEntropy(seed: 7), ticks: ContinuousClock())
        let provisioner = SdkProvisioner(
            storage: scene.storage, memory: scene.store.ports, tokens: scene.store.ports,
            settings: ProvisioningSettings(logsFolder: StoragePath("acme/logs"), tokenLifetime: .seconds(3600)),
            clock: scene.clock, ticks: ContinuousClock(), entropy: SeededEntropy(seed: 8))
        let issued = try await tokens.issue(for: scene.app.id, name: nil)
        let hours: [Int64] = [0, -1, 24, -24, 1, 24, -25, 1]
        var expected: [String] = []
        for (round, step) in hours.enumerated() {
            scene.clock.advance(by: .seconds(step * 3600))
            let token = try await tokens.authenticate(issued.secret.reveal { $0 }, for: .write)
            let provision = try await provisioner.provision(for: token)
            #expect(await scene.storage.mayUpload(provision.credential.secret, to: provision.folderPath), "\(step) h")
            // A line is cut in two by the step that comes next.
            let rest = round == 0 ? "" : "-\(round)\"}\n"
            await scene.append(rest + "{\"n\":\(round),\"whole\":1}\n{\"n\":\(round),\"cut\":\"")
            if round > 0 { expected.append("{\"n\":\(round - 1),\"cut\":\"-\(round)\"}") }
            expected.append("{\"n\":\(round),\"whole\":1}")
            try await scene.consume(round % 2)
            try await scene.consume((round + 1) % 2)
            #expect(try await scene.lines() == expected, "after \(step) h")
        }
        #expect(try await scene.store.ports.rejects(of: scene.app.id, after: nil, limit: 9).isEmpty)
    }

    @Test(
        "a step forward seals nothing that still grows, and what does not grow a grace later",
        arguments: Store.allCases)
    func sealing(_ kind: Store) async throws {
        let scene = try await Scene(kind)
        await scene.append("{\"a\":1}\n{\"b\":2}")
        try await scene.consume(0)
        #expect(try await scene.lines() == ["{\"a\":1}"])
        scene.clock.advance(by: .seconds(2 * 86_400))
        try await scene.consume(0)
        #expect(try await scene.lines() == ["{\"a\":1}"])
        // The writer was only slow: its line goes on, and is one line.
        await scene.append(" \n{\"c\":3}")
        try await scene.consume(0)
        #expect(try await scene.lines() == ["{\"a\":1}", "{\"b\":2} "])
        // A worker that had nothing to do before the step has noticed it as well.
        try await scene.consume(1)
        #expect(try await scene.lines().count == 2)
        pass(3599, in: scene)
        try await scene.consume(0)
        #expect(try await scene.lines().count == 2)
        pass(2, in: scene)
        try await scene.consume(0)
        #expect(try await scene.lines() == ["{\"a\":1}", "{\"b\":2} ", "{\"c\":3}"])
        #expect(try await scene.store.ports.rejects(of: scene.app.id, after: nil, limit: 9).isEmpty)
    }

    private func pass(_ seconds: Int64, in scene: Scene) {
        scene.ticks.advance(by: .seconds(seconds))
        scene.clock.advance(by: .seconds(seconds))
    }

    @Test("an object that failed is tried again soon after the clock stepped back", arguments: Store.allCases)
    func backOff(_ kind: Store) async throws {
        let scene = try await Scene(kind)
        await scene.append("{\"a\":1}\n")
        await scene.files.setFailure(SourceError(.unavailable, detail: "away"), of: ClockStepTests.file)
        try await scene.consume(0, to: .partial)
        await scene.files.setFailure(nil, of: ClockStepTests.file)
        scene.clock.advance(by: .seconds(-3600))
        try await scene.consume(0)
        #expect(try await scene.lines() == ["{\"a\":1}"])
    }
}
