import AppRegistry
import DistributedLock
import InMemoryAdapter
import IngestionJobs
import LogIngestion
import LogModel
import TestSupport
import Testing

/// Two workers that share apps by a lock for each.
@Suite("App turns", .timeLimit(.minutes(4)))
struct AppTurnTests {
    private let world = World()
    private let locks: InMemoryStore

    init() { locks = InMemoryStore(clock: world.clock) }

    private func worker() -> LogConsumer {
        let owner = OwnerID.fresh()
        return LogConsumer(
            apps: world.store, sources: InMemoryAppSources(world.files), cursors: world.store, commits: world.store,
            scanner: PortableScanner(), owner: owner, settings: world.settings, clock: world.clock,
            ticks: world.ticks, entropy: SeededEntropy(seed: 5), observer: world.observer,
            // The locks last until they are given back, since nothing lets time pass.
            turns: LockedApps(
                locks: LockKeeper(store: locks, holder: owner, ticks: world.ticks), term: .seconds(30)))
    }

    @Test("two workers with ten apps are at different apps at the same time, and one that hangs stops no other")
    func shared() async throws {
        var apps: [RegisteredApp] = []
        for number in 0..<10 {
            let app = try await world.newApp()
            await world.append(numbered(20), to: "w\(number)-2026-11-20.ndjson", of: app)
            apps.append(app)
        }
        // The first four apps, all that one worker is at, hang.
        let order = apps.sorted { $0.id.text < $1.id.text }
        for app in order.prefix(4) {
            let number = try #require(apps.firstIndex(of: app))
            await world.files.inject([.stall], into: "w\(number)-2026-11-20.ndjson")
        }
        let first = Task { [worker = worker()] in try await worker.run() }
        await world.files.waitForStalledReads(4)
        let second = try await worker().run()
        #expect(second.apps == 6 && second.records == 120 && second.failures == 0)
        #expect(second.skips[.appHeldElsewhere] == 4)
        for app in order.suffix(6) { #expect(await world.lines(of: app) == numberedLines(20)) }
        await world.files.resumeReads()
        let rest = try await first.value
        #expect(rest.apps == 10 && rest.records == 80 && rest.failures == 0)
        for app in apps { #expect(await world.lines(of: app) == numberedLines(20)) }
    }

    @Test("an app whose lock cannot be asked for has failed, and the others have not")
    func unavailable() async throws {
        struct Refusing: AppTurns {
            let refused: AppID
            func take(
                _ app: AppID, _ work: @escaping @Sendable () async -> ConsumeFigures
            ) async throws -> ConsumeFigures? {
                if app == refused { throw LockStoreError(.unavailable, detail: "no answer") }
                return await work()
            }
        }
        let (broken, fine) = (try await world.newApp(), try await world.newApp())
        for app in [broken, fine] { await world.append(numbered(3), of: app) }
        let consumer = LogConsumer(
            apps: world.store, sources: InMemoryAppSources(world.files), cursors: world.store, commits: world.store,
            scanner: PortableScanner(), owner: .fresh(), settings: world.settings, clock: world.clock,
            ticks: world.ticks, entropy: SeededEntropy(seed: 5), observer: world.observer,
            turns: Refusing(refused: broken.id))
        let figures = try await consumer.run()
        #expect(figures.failures == 1 && figures.firstError?.contains("no answer") == true)
        #expect(await world.lines(of: fine) == numberedLines(3))
        #expect(await world.lines(of: broken) == [])
    }
}
