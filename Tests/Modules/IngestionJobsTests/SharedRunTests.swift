import DistributedLock
import InMemoryAdapter
import IngestionJobs
import LogModel
import TestSupport
import Testing

@Suite("Runs beside each other", .timeLimit(.minutes(4)))
struct SharedRunTests {
    private let clock = ManualWallClock()
    private let ticks = ManualTicks()
    private let locks: InMemoryStore
    private let runs = InMemoryStore(clock: ManualWallClock())

    init() { locks = InMemoryStore(clock: clock) }

    private func keeper(_ entropy: any Entropy = FreshEntropy()) -> RunKeeper {
        RunKeeper(
            locks: LockKeeper(store: locks, holder: .fresh(), ticks: ticks), store: runs, clock: clock,
            entropy: entropy)
    }

    private func executed(_ outcome: RunKeeper.Outcome) throws -> Run {
        guard case .executed(let run) = outcome else { throw Skipped() }
        return run
    }

    private struct Skipped: Error {}
    private let nothing = RunKeeper.Report(figures: RunFigures(), firstError: nil)

    @Test("runs of one kind go on at the same time, and none takes another for dead")
    func together() async throws {
        let (first, second) = (keeper(), keeper())
        let (runs, nothing) = (runs, nothing)
        let outer = try executed(
            try await first.executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) {
                let inner = try await second.executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) {
                    let states = await runs.runs(kind: .consumeLogs, before: nil, limit: 9).map(\.state)
                    #expect(states == [.running, .running])
                    return nothing
                }
                #expect(try self.executed(inner).state == .finished)
                return nothing
            })
        #expect(outer.state == .finished)
        #expect(await runs.runs(kind: nil, before: nil, limit: 9).map(\.state) == [.finished, .finished])
    }

    @Test("a run whose process died is marked as interrupted when its lock has run out, and no sooner")
    func dead() async throws {
        let dead = Run(id: .mint(at: clock.now(), from: FreshEntropy()), kind: .consumeLogs, startedAt: clock.now())
        await runs.save(dead)
        let lock = LockName("consume-logs/run-\(dead.id.text.suffix(2))")
        _ = await locks.acquire(lock, by: .fresh(), for: .seconds(30))
        let nothing = nothing
        _ = try await keeper().executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) { nothing }
        #expect(await runs.run(dead.id)?.state == .running)
        clock.advance(by: .seconds(31))
        _ = try await keeper().executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) { nothing }
        let marked = try #require(await runs.run(dead.id))
        #expect(marked.state == .interrupted && marked.finishedAt == clock.now())
    }

    @Test("a run that began long before many others and died is found too")
    func longDead() async throws {
        let dead = Run(id: .mint(at: .epoch, from: FreshEntropy()), kind: .consumeLogs, startedAt: .epoch)
        await runs.save(dead)
        for _ in 0..<1000 {
            let id = RunID.mint(at: clock.now(), from: FreshEntropy())
            await runs.save(Run(id: id, kind: .consumeLogs, startedAt: clock.now(), state: .finished))
        }
        let nothing = nothing
        // Its id ends with a zero, as one of 32 does.
        _ = try await keeper(ConstantEntropy(byte: 0)).executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) {
            nothing
        }
        #expect(await runs.run(dead.id)?.state == .interrupted)
    }

    @Test("a run that ends at that moment is not marked over")
    func ending() async throws {
        let (keeper, other, nothing) = (keeper(), keeper(), nothing)
        for _ in 0..<50 {
            async let first = keeper.executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) { nothing }
            async let second = other.executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) { nothing }
            for outcome in try await [first, second] {
                let run = try executed(outcome)
                #expect(await runs.run(run.id)?.state == .finished)
            }
        }
    }

    @Test("a run of a kind whose locks are all taken is skipped; of another kind it is not")
    func crowded() async throws {
        let same = ConstantEntropy(byte: 7)
        let (first, second, nothing) = (keeper(same), keeper(same), nothing)
        _ = try await first.executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) {
            let crowded = try await second.executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) { nothing }
            #expect(crowded == .skipped)
            return nothing
        }
    }

    @Test("a run that fails, is told to stop or loses its lock says so")
    func ends() async throws {
        struct Broken: Error {}
        let failed = try executed(
            try await keeper().executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) { throw Broken() })
        #expect(failed.state == .failed && failed.finishedAt != nil)
        #expect(await runs.run(failed.id) == failed)
        let (ticks, nothing) = (ticks, nothing)
        for losesLock in [false, true] {
            let keeper = keeper()
            let task = Task {
                try await keeper.executeBesideOthers(.consumeLogs, lockTerm: .seconds(30)) {
                    try await ticks.sleep(for: .seconds(1000))
                    return nothing
                }
            }
            await ticks.waitForSleepers(3)
            if losesLock {
                clock.advance(by: .seconds(31))
                ticks.advance(by: .seconds(10))
            } else {
                task.cancel()
            }
            let run = try executed(try await task.value)
            #expect(run.state == .interrupted && run.finishedAt != nil, "\(losesLock)")
            #expect(await runs.run(run.id)?.state == .interrupted)
        }
    }
}

/// Entropy that brings the same bytes again and again.
private struct ConstantEntropy: Entropy {
    let byte: UInt8

    func bytes(_ count: Int) -> [UInt8] { Array(repeating: byte, count: count) }
}
