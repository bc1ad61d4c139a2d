import DistributedLock
import InMemoryAdapter
import IngestionJobs
import LogModel
import TestSupport
import Testing

/// Runs whose store or lock fails: what is recorded and told of them.
@Suite("Runs in trouble", .timeLimit(.minutes(4)))
struct RunTroubleTests {
    private let clock = ManualWallClock()
    private let ticks = ManualTicks()
    private let locks: InMemoryStore
    private let runs = FailingRunStore()
    private let observer = Told()

    init() { locks = InMemoryStore(clock: clock) }

    /// Executes work as the only run of its kind, or beside others.
    private func execute(
        beside: Bool, _ keeper: RunKeeper, _ work: @Sendable @escaping () async throws -> RunKeeper.Report
    ) async throws -> RunKeeper.Outcome {
        beside
            ? try await keeper.executeBesideOthers(.consumeLogs, lockTerm: .seconds(30), work)
            : try await keeper.execute(.consumeLogs, lockTerm: .seconds(30), work)
    }

    private func keeper(_ locks: (any LockStore)? = nil) -> RunKeeper {
        RunKeeper(
            locks: LockKeeper(store: locks ?? self.locks, holder: .fresh(), ticks: ticks), store: runs, clock: clock,
            entropy: FreshEntropy(), observer: observer)
    }

    private static func report(records: Int64, error: String? = nil) -> RunKeeper.Report {
        var figures = RunFigures()
        figures.records = records
        return RunKeeper.Report(figures: figures, firstError: error)
    }

    @Test(
        "T98: a run whose database died while it worked is partial, and the next run writes that down",
        arguments: [false, true])
    func recordedLate(beside: Bool) async throws {
        let (keeper, runs) = (keeper(), runs)
        let error = await #expect(throws: RunNotRecorded.self) {
            _ = try await execute(beside: beside, keeper) {
                await runs.fail(with: StoreError(.unavailable, detail: "postgres: gone", condition: .readOnly))
                return RunTroubleTests.report(records: 7, error: "unavailable: postgres: gone")
            }
        }
        let lost = try #require(error?.run)
        #expect(lost.state == .partial && lost.figures.records == 7)
        #expect(error?.description.contains("ended partial") == true && error?.condition == .readOnly)
        #expect(await runs.run(lost.id)?.state == .running)
        await #expect(throws: StoreError.self) {
            _ = try await execute(beside: beside, keeper) { RunTroubleTests.report(records: 0) }
        }
        await runs.fail(with: nil)
        _ = try await execute(beside: beside, keeper) { RunTroubleTests.report(records: 1) }
        #expect(await runs.run(lost.id) == lost)
        #expect(observer.states == [.partial, .finished] && observer.notBegun == 1)
    }

    @Test(
        "T98: a run that loses its lock names it, whatever its work throws when it is stopped",
        arguments: [false, true])
    func lockLost(beside: Bool) async throws {
        let (keeper, ticks) = (keeper(), ticks)
        let task = Task {
            try await execute(beside: beside, keeper) {
                try? await ticks.sleep(for: .seconds(1000))
                throw StoreError(.unavailable, detail: "called off before anything was sent to the server")
            }
        }
        await ticks.waitForSleepers(3)
        clock.advance(by: .seconds(31))
        ticks.advance(by: .seconds(10))
        guard case .executed(let run) = try await task.value else {
            Issue.record("it was skipped")
            return
        }
        #expect(run.state == .interrupted && run.error?.contains("the lock \"consume-logs") == true, "\(run)")
        #expect(await runs.run(run.id) == run)
        #expect(observer.states == [.interrupted])
    }

    @Test("T98: work that fails with an error of a store is a run that has failed", arguments: [false, true])
    func storeErrors(beside: Bool) async throws {
        let errors: [any Error] = [
            StoreError(.unavailable, detail: "no answer"), LockStoreError(.unavailable, detail: "no answer"),
        ]
        for error in errors {
            let outcome = try await execute(beside: beside, keeper()) { throw error }
            guard case .executed(let run) = outcome else {
                Issue.record("it was skipped")
                return
            }
            #expect(run.state == .failed && run.error?.contains("no answer") == true)
            #expect(await runs.run(run.id) == run)
        }
        #expect(observer.notBegun == 0)
    }

    @Test("T97: a run whose lock cannot be asked for is told as one that could not begin", arguments: [false, true])
    func notBegun(beside: Bool) async throws {
        let keeper = keeper(SilentLocks())
        await #expect(throws: LockStoreError.self) {
            _ = try await execute(beside: beside, keeper) { RunTroubleTests.report(records: 0) }
        }
        #expect(observer.notBegun == 1 && observer.states == [])
    }

    /// Keeps runs, unless it is told to fail.
    private actor FailingRunStore: RunStore {
        private let kept = InMemoryStore(clock: ManualWallClock())
        private var failure: StoreError?

        func fail(with failure: StoreError?) { self.failure = failure }

        func save(_ run: Run) async throws(StoreError) {
            if let failure { throw failure }
            await kept.save(run)
        }

        func run(_ id: RunID) async -> Run? { await kept.run(id) }

        func runs(kind: RunKind?, before last: RunID?, limit: Int) async -> [Run] {
            await kept.runs(kind: kind, before: last, limit: limit)
        }

        func interrupt(_ kind: RunKind, except current: RunID, at moment: Timestamp) async throws(StoreError) {
            if let failure { throw failure }
            await kept.interrupt(kind, except: current, at: moment)
        }
    }

    private struct SilentLocks: LockStore {
        func acquire(
            _ name: LockName, by holder: OwnerID, for term: Duration
        ) async throws(LockStoreError) -> LockAnswer { throw LockStoreError(.unavailable, detail: "no answer") }
        func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool { false }
        func release(_ lease: LockLease) async throws(LockStoreError) -> Bool { false }

        func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? { nil }
    }

    private final class Told: RunObserver {
        private let state = Locked((states: [RunState](), notBegun: 0))

        var states: [RunState] { state.withLock { $0.states } }
        var notBegun: Int { state.withLock { $0.notBegun } }

        func ended(_ run: Run) { state.withLock { $0.states.append(run.state) } }
        func skipped(_ kind: RunKind) {}
        func couldNotBegin(_ kind: RunKind) { state.withLock { $0.notBegun += 1 } }
    }
}
