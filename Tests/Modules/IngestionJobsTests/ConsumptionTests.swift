import DistributedLock
import InMemoryAdapter
import IngestionJobs
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Runs of consume-logs", .timeLimit(.minutes(4)))
struct ConsumptionTests {
    private let world = World()
    private let runs = InMemoryStore(clock: ManualWallClock())
    private let locks: InMemoryStore

    init() { locks = InMemoryStore(clock: world.clock) }

    private func consumption(sharesApps: Bool) -> Consumption {
        let owner = OwnerID.fresh()
        let keeper = LockKeeper(store: locks, holder: owner, ticks: world.ticks)
        return Consumption(
            consumer: LogConsumer(
                apps: world.store, sources: InMemoryAppSources(world.files), cursors: world.store,
                commits: world.store, scanner: PortableScanner(), owner: owner, settings: world.settings,
                clock: world.clock, ticks: world.ticks, entropy: FreshEntropy(), observer: world.observer,
                turns: sharesApps ? LockedApps(locks: keeper, term: .seconds(30)) : nil),
            keeper: RunKeeper(locks: keeper, store: runs, clock: world.clock, entropy: FreshEntropy()),
            lockTerm: .seconds(30), sharesApps: sharesApps)
    }

    private func executed(_ outcome: RunKeeper.Outcome) throws -> Run {
        guard case .executed(let run) = outcome else { throw Skipped() }
        return run
    }

    private struct Skipped: Error {}

    @Test("a run is recorded with what the consumer brought", arguments: [false, true])
    func recorded(_ sharesApps: Bool) async throws {
        let app = try await world.newApp()
        await world.append("{\"a\":1}\nbad\n{\"b\":2}\n", of: app)
        let run = try executed(try await consumption(sharesApps: sharesApps).execute())
        #expect(run.kind == .consumeLogs && run.state == .finished)
        #expect(run.figures.apps == 1 && run.figures.objects == 1 && run.figures.bytes == 20)
        #expect(run.figures.records == 2 && run.figures.rejects == 1 && run.figures.untimed == 2)
        #expect(await runs.run(run.id) == run)
    }

    @Test(
        "while a run hangs, a second one is skipped; when apps are shared it goes on beside the first",
        arguments: [false, true])
    func beside(_ sharesApps: Bool) async throws {
        await world.append("{\"a\":1}\n", of: try await world.newApp())
        await world.files.inject([.stall], into: World.today)
        let first = Task { [work = consumption(sharesApps: sharesApps)] in try await work.execute() }
        await world.files.waitForStalledReads()
        let second = try await consumption(sharesApps: sharesApps).execute()
        if sharesApps {
            // What the first one works on is left to it.
            let run = try executed(second)
            #expect(run.figures.records == 0 && run.figures.skips[SkipReason.appHeldElsewhere.rawValue] == 1)
        } else {
            #expect(second == .skipped)
        }
        await world.files.resumeReads()
        #expect(try executed(try await first.value).figures.records == 1)
    }
}
