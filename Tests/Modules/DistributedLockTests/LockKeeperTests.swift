import DistributedLock
import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@Suite("Lock keeper", .timeLimit(.minutes(4)))
struct LockKeeperTests {
    private let clock = ManualWallClock()
    private let ticks = ManualTicks()
    private let store: InMemoryStore
    private let name = LockName("consume-logs")
    private let holder = OwnerID.fresh()

    init() { store = InMemoryStore(clock: clock) }

    private var keeper: LockKeeper { LockKeeper(store: store, holder: holder, ticks: ticks) }

    /// Lets both clocks pass.
    private func pass(_ duration: Duration) {
        clock.advance(by: duration)
        ticks.advance(by: duration)
    }

    private func isFree() async -> Bool {
        guard case .granted(let lease) = await store.acquire(name, by: .fresh(), for: .seconds(1)) else { return false }
        return await store.release(lease)
    }

    @Test("work is done under the lock, which is free again afterwards")
    func done() async throws {
        let store = store, name = name
        let outcome = try await keeper.withLock(name, for: .seconds(30)) { lease in
            #expect(lease.name == name)
            guard case .held = await store.acquire(name, by: .fresh(), for: .seconds(1)) else { return 0 }
            return 42
        }
        guard case .done(42) = outcome else { throw Unexpected() }
        #expect(await isFree())
    }

    private struct Unexpected: Error {}

    @Test("F5: when somebody else holds the lock nothing is done, and the answer says who")
    func skipped() async throws {
        let other = OwnerID.fresh()
        _ = await store.acquire(name, by: other, for: .seconds(30))
        let outcome = try await keeper.withLock(name, for: .seconds(30)) { _ in Issue.record("must not run") }
        guard case .skipped(other, let remaining) = outcome else { throw Unexpected() }
        #expect(remaining == .seconds(30))
    }

    @Test("the lock is prolonged each third of its term, for as long as the work goes on")
    func keepAlive() async throws {
        let gate = Gate()
        let keeper = keeper, name = name
        let run = Task { try await keeper.withLock(name, for: .seconds(30)) { _ in await gate.wait() } }
        for _ in 0..<12 {
            await ticks.waitForSleepers(2)
            pass(.seconds(10))
        }
        await ticks.waitForSleepers(2)
        #expect(!(await isFree()))
        await gate.open()
        guard case .done = try await run.value else { throw Unexpected() }
        #expect(await isFree())
    }

    @Test("T99: a lock on a store that is slow to answer lasts long enough to be prolonged")
    func slowStore() async throws {
        let slow = SlowLocks(store, clock: clock, ticks: ticks, cost: .seconds(8))
        let keeper = LockKeeper(store: slow, holder: holder, ticks: ticks)
        let gate = Gate()
        let name = name
        let run = Task { try await keeper.withLock(name, for: .seconds(30)) { _ in await gate.wait() } }
        for _ in 0..<6 {
            await ticks.waitForSleepers(2)
            // A third of twelve times what the store takes.
            pass(.seconds(32))
        }
        await ticks.waitForSleepers(2)
        #expect(!(await isFree()))
        await gate.open()
        guard case .done = try await run.value else { throw Unexpected() }
        #expect(await isFree())
    }

    @Test("T99: a store that was slow is asked for a long lock, and for the usual one when it is fast again")
    func slowStoreIsRemembered() async throws {
        let slow = SlowLocks(store, clock: clock, ticks: ticks, cost: .seconds(8))
        let keeper = LockKeeper(store: slow, holder: holder, ticks: ticks)
        let name = name
        for cost: Duration in [.seconds(8), .seconds(8), .zero, .zero] {
            slow.cost = cost
            _ = try await keeper.withLock(name, for: .seconds(30)) { _ in }
        }
        #expect(slow.terms == [.seconds(30), .seconds(96), .seconds(96), .seconds(30)])
    }

    @Test("T97: a lock that could not be given back is free for this process as soon as its store is back")
    func givenBackLater() async throws {
        let flaky = FlakyLocks(store), name = name
        let keeper = LockKeeper(store: flaky, holder: holder, ticks: ticks)
        let first = try await keeper.withLock(name, for: .seconds(30)) { _ in await flaky.fail(1) }
        guard case .done = first else { throw Unexpected() }
        #expect(!(await isFree()))
        guard case .done = try await keeper.withLock(name, for: .seconds(30), { _ in }) else { throw Unexpected() }
        #expect(await isFree())
    }

    @Test("T97: a lock that was granted without an answer is found, and no lock that somebody in this process has")
    func grantedWithoutAnswer() async throws {
        let keeper = keeper, name = name
        // As a call leaves it whose answer is lost.
        _ = await store.acquire(name, by: holder, for: .seconds(30))
        let outcome = try await keeper.withLock(name, for: .seconds(30)) { _ in
            guard case .skipped = try await keeper.withLock(name, for: .seconds(30), { _ in }) else { return false }
            return true
        }
        guard case .done(true) = outcome else { throw Unexpected() }
        #expect(await isFree())
    }

    @Test("T97: a lock that could not be given back and that another process took meanwhile stays with that one")
    func takenMeanwhile() async throws {
        let flaky = FlakyLocks(store), name = name
        let keeper = LockKeeper(store: flaky, holder: holder, ticks: ticks)
        _ = try await keeper.withLock(name, for: .seconds(30)) { _ in await flaky.fail(1) }
        clock.advance(by: .seconds(31))
        let other = OwnerID.fresh()
        guard case .granted(let lease) = await store.acquire(name, by: other, for: .seconds(30)) else {
            throw Unexpected()
        }
        let outcome = try await keeper.withLock(name, for: .seconds(30)) { _ in Issue.record("must not run") }
        guard case .skipped(other, _) = outcome else { throw Unexpected() }
        #expect(await store.extend(lease, for: .seconds(30)))
    }

    @Test("when the lock is lost the work is cancelled, and the caller learns of it")
    func lost() async throws {
        let keeper = keeper, name = name
        let run = Task {
            try await keeper.withLock(name, for: .seconds(30)) { _ in
                try await Gate().waitOrCancel()
            }
        }
        await ticks.waitForSleepers(2)
        clock.advance(by: .seconds(31))
        let thief = OwnerID.fresh()
        guard case .granted(let stolen) = await store.acquire(name, by: thief, for: .seconds(30)) else {
            throw Unexpected()
        }
        ticks.advance(by: .seconds(10))
        await #expect(throws: LockLost.self) { try await run.value }
        #expect(await store.extend(stolen, for: .seconds(30)))
    }

    @Test("a store that does not answer for two thirds of the term stops the work before the lock ends")
    func unreachable() async throws {
        let flaky = FlakyLocks(store)
        let keeper = LockKeeper(store: flaky, holder: holder, ticks: ticks), name = name
        let run = Task { try await keeper.withLock(name, for: .seconds(30)) { _ in try await Gate().waitOrCancel() } }
        await ticks.waitForSleepers(2)
        await flaky.fail(1)
        pass(.seconds(10))
        await ticks.waitForSleepers(2)
        pass(.seconds(10))
        await ticks.waitForSleepers(2)
        await flaky.fail(2)
        pass(.seconds(10))
        await ticks.waitForSleepers(2)
        #expect(!(await isFree()))
        pass(.seconds(10))
        await #expect(throws: LockLost.self) { try await run.value }
    }

    @Test("a store that neither prolongs the lock nor says no stops the work before the lock ends")
    func silent() async throws {
        let silent = SilentLocks(store)
        let keeper = LockKeeper(store: silent, holder: holder, ticks: ticks), name = name
        let stopped = Gate()
        let run = Task {
            try await keeper.withLock(name, for: .seconds(30)) { _ in
                defer { Task { await stopped.open() } }
                try await Gate().waitOrCancel()
            }
        }
        await ticks.waitForSleepers(2)
        pass(.seconds(10))
        await silent.asked.wait()
        pass(.seconds(16))
        await ticks.waitForSleepers(1)
        #expect(!(await isFree()))
        pass(.seconds(1))
        await stopped.wait()
        #expect(!(await isFree()))
        await silent.answer.open()
        await #expect(throws: LockLost.self) { try await run.value }
    }

    @Test("a cancelled caller still gives the lock back")
    func cancelled() async throws {
        let keeper = keeper, name = name
        let run = Task { try await keeper.withLock(name, for: .seconds(30)) { _ in try await Gate().waitOrCancel() } }
        await ticks.waitForSleepers(2)
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(await isFree())
    }

    @Test("C19: what the work throws comes out, and the lock is free")
    func throwing() async throws {
        struct Broken: Error {}
        await #expect(throws: Broken.self) {
            try await keeper.withLock(name, for: .seconds(30)) { _ in throw Broken() }
        }
        #expect(await isFree())
        #expect(ticks.sleeping == 0)
    }

    @Test("a store that cannot be asked for the lock is an error, and the work is not begun")
    func cannotAsk() async throws {
        let flaky = FlakyLocks(store)
        await flaky.fail(1)
        await #expect(throws: LockStoreError.self) {
            try await LockKeeper(store: flaky, holder: holder, ticks: ticks).withLock(name, for: .seconds(30)) { _ in
                Issue.record("must not run")
            }
        }
    }

    /// Something to wait for.
    private actor Gate {
        private var continuation: CheckedContinuation<Void, Never>?
        private var isOpen = false

        func wait() async {
            if !isOpen { await withCheckedContinuation { continuation = $0 } }
        }

        func open() {
            isOpen = true
            continuation?.resume()
            continuation = nil
        }

        /// Waits until the task is cancelled.
        func waitOrCancel() async throws {
            await withTaskCancellationHandler {
                await wait()
            } onCancel: {
                Task { await self.open() }
            }
            try Task.checkCancellation()
        }
    }

    /// A lock store that thinks for long about prolonging a lock.
    private struct SilentLocks: LockStore {
        let asked = Gate(), answer = Gate()
        private let store: InMemoryStore

        init(_ store: InMemoryStore) { self.store = store }

        func acquire(_ name: LockName, by holder: OwnerID, for term: Duration) async throws(LockStoreError)
            -> LockAnswer
        { await store.acquire(name, by: holder, for: term) }

        func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool {
            await asked.open()
            await answer.wait()
            return true
        }

        func release(_ lease: LockLease) async throws(LockStoreError) -> Bool { await store.release(lease) }

        func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? { nil }
    }

    /// A lock store whose answers take time.
    private final class SlowLocks: LockStore {
        private let store: InMemoryStore
        private let clock: ManualWallClock
        private let ticks: ManualTicks
        private let state: Locked<(cost: Duration, terms: [Duration])>

        init(_ store: InMemoryStore, clock: ManualWallClock, ticks: ManualTicks, cost: Duration) {
            self.store = store
            self.clock = clock
            self.ticks = ticks
            state = Locked((cost, []))
        }

        /// How long an answer takes.
        var cost: Duration {
            get { state.withLock { $0.cost } }
            set { state.withLock { $0.cost = newValue } }
        }

        /// The terms that locks were asked for with.
        var terms: [Duration] { state.withLock { $0.terms } }

        private func pass() {
            clock.advance(by: cost)
            ticks.advance(by: cost)
        }

        func acquire(_ name: LockName, by holder: OwnerID, for term: Duration) async throws(LockStoreError)
            -> LockAnswer
        {
            state.withLock { $0.terms.append(term) }
            let answer = await store.acquire(name, by: holder, for: term)
            pass()
            return answer
        }

        func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool {
            let isHeld = await store.extend(lease, for: term)
            pass()
            return isHeld
        }

        func release(_ lease: LockLease) async throws(LockStoreError) -> Bool { await store.release(lease) }

        func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? { nil }
    }

    /// A lock store that fails when it is told to.
    private actor FlakyLocks: LockStore {
        private let store: InMemoryStore
        private var failures = 0

        init(_ store: InMemoryStore) { self.store = store }

        func fail(_ count: Int) { failures = count }

        private func check() throws(LockStoreError) {
            guard failures > 0 else { return }
            failures -= 1
            throw LockStoreError(.unavailable, detail: "told to")
        }

        func acquire(_ name: LockName, by holder: OwnerID, for term: Duration) async throws(LockStoreError)
            -> LockAnswer
        {
            try check()
            return await store.acquire(name, by: holder, for: term)
        }

        func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool {
            try check()
            return await store.extend(lease, for: term)
        }

        func release(_ lease: LockLease) async throws(LockStoreError) -> Bool {
            try check()
            return await store.release(lease)
        }

        func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? { nil }
    }
}
