import DistributedLock
import InMemoryAdapter
import IngestionJobs
import LogModel
import TestSupport
import Testing

@Suite("Run keeper", .timeLimit(.minutes(4)))
struct RunKeeperTests {
    private let clock = ManualWallClock()
    private let ticks = ManualTicks()
    private let locks: InMemoryStore
    private let runs = InMemoryStore(clock: ManualWallClock())

    init() { locks = InMemoryStore(clock: clock) }

    private func keeper() -> RunKeeper {
        RunKeeper(
            locks: LockKeeper(store: locks, holder: .fresh(), ticks: ticks), store: runs, clock: clock,
            entropy: FreshEntropy())
    }

    private func executed(_ outcome: RunKeeper.Outcome) throws -> Run {
        guard case .executed(let run) = outcome else { throw Skipped() }
        return run
    }

    private struct Skipped: Error {}

    @Test("C26: a run is recorded when it begins and when it ends")
    func finished() async throws {
        let (clock, runs) = (clock, runs)
        let began = clock.now()
        let run = try executed(
            try await keeper().execute(
                .consumeLogs, lockTerm: .seconds(30),
                onStart: { #expect($0.state == .running && $0.finishedAt == nil) }
            ) {
                #expect(await runs.runs(kind: nil, before: nil, limit: 9).map(\.state) == [.running])
                clock.advance(by: .seconds(7))
                var figures = RunFigures()
                figures.records = 12
                return RunKeeper.Report(figures: figures, firstError: nil)
            })
        #expect(run.state == .finished && run.figures.records == 12 && run.error == nil)
        #expect(run.startedAt == began && run.finishedAt == began.advanced(by: .seconds(7)))
        #expect(await runs.run(run.id) == run)
    }

    @Test("a run that left some work undone is partial, one that throws has failed")
    func failures() async throws {
        struct Broken: Error, CustomStringConvertible { var description: String { "the pump is dry" } }
        let partial = try executed(
            try await keeper().execute(.indexLogs, lockTerm: .seconds(30)) {
                RunKeeper.Report(figures: RunFigures(), firstError: "one file")
            })
        #expect(partial.state == .partial && partial.error == "one file")
        let failed = try executed(
            try await keeper().execute(.indexLogs, lockTerm: .seconds(30)) { throw Broken() })
        #expect(failed.state == .failed && failed.error == "the pump is dry" && failed.finishedAt != nil)
        let next = try executed(
            try await keeper().execute(.indexLogs, lockTerm: .seconds(30)) {
                RunKeeper.Report(figures: RunFigures(), firstError: nil)
            })
        #expect(next.state == .finished)
        #expect(await runs.runs(kind: .indexLogs, before: nil, limit: 9).count == 3)
    }

    @Test("F5, C19: of one kind one run goes on at a time; other kinds are not held up")
    func skipped() async throws {
        let (first, second) = (keeper(), keeper())
        let inner = try executed(
            try await first.execute(.consumeLogs, lockTerm: .seconds(30)) {
                let same = try await second.execute(.consumeLogs, lockTerm: .seconds(30)) {
                    Issue.record("must not run")
                    return RunKeeper.Report(figures: RunFigures(), firstError: nil)
                }
                #expect(same == .skipped)
                let other = try await second.execute(.cleanupLogs, lockTerm: .seconds(30)) {
                    RunKeeper.Report(figures: RunFigures(), firstError: nil)
                }
                #expect(other != .skipped)
                return RunKeeper.Report(figures: RunFigures(), firstError: nil)
            })
        #expect(inner.state == .finished)
        #expect(await runs.runs(kind: .consumeLogs, before: nil, limit: 9).count == 1)
    }

    @Test("runs that a dead process left behind are marked as interrupted by the next one")
    func interrupted() async throws {
        let dead = Run(id: .mint(at: .epoch, from: FreshEntropy()), kind: .consumeLogs, startedAt: .epoch)
        await runs.save(dead)
        _ = try await keeper().execute(.consumeLogs, lockTerm: .seconds(30)) {
            RunKeeper.Report(figures: RunFigures(), firstError: nil)
        }
        let marked = try #require(await runs.run(dead.id))
        #expect(marked.state == .interrupted && marked.finishedAt == clock.now())
    }

    @Test("a run that is told to stop is recorded as interrupted")
    func cancelled() async throws {
        let (keeper, ticks) = (keeper(), ticks)
        let task = Task {
            try await keeper.execute(.consumeLogs, lockTerm: .seconds(30)) {
                try await ticks.sleep(for: .seconds(1000))
                return RunKeeper.Report(figures: RunFigures(), firstError: nil)
            }
        }
        await ticks.waitForSleepers(2)
        task.cancel()
        let run = try executed(try await task.value)
        #expect(run.state == .interrupted && run.finishedAt != nil)
        #expect(await runs.run(run.id) == run)
    }

    @Test("a run whose lock is lost is recorded as interrupted")
    func lockLost() async throws {
        let (keeper, ticks) = (keeper(), ticks)
        let task = Task {
            try await keeper.execute(.consumeLogs, lockTerm: .seconds(30)) {
                try await ticks.sleep(for: .seconds(1000))
                return RunKeeper.Report(figures: RunFigures(), firstError: nil)
            }
        }
        await ticks.waitForSleepers(2)
        clock.advance(by: .seconds(31))
        _ = await locks.acquire(LockName("consume-logs"), by: .fresh(), for: .seconds(30))
        ticks.advance(by: .seconds(10))
        let run = try executed(try await task.value)
        #expect(run.state == .interrupted && run.error?.contains("lost") == true)
    }
}
