public import LogModel

/// Runs work under a lock: extends the lock meanwhile, and stops the work when the lock is lost.
public struct LockKeeper: Sendable {
    private let store: any LockStore
    private let holder: OwnerID
    private let ticks: any Clock<Duration>
    private let own = OwnLocks()

    /// Makes the keeper of one process; `holder` must be unique to it.
    public init(store: any LockStore, holder: OwnerID, ticks: any Clock<Duration>) {
        self.store = store
        self.holder = holder
        self.ticks = ticks
    }

    /// The result of an attempt.
    public enum Outcome<Value: Sendable>: Sendable {
        /// The work was done.
        case done(Value)
        /// Another holder has the lock; nothing was done.
        case skipped(heldBy: OwnerID, remaining: Duration)
    }

    /// Runs `work` if the lock can be acquired, and releases the lock when the work ends or throws.
    ///
    /// The lock is extended each third of the term. A slow store lengthens the term: a lock whose extension takes as
    /// long as its term would be lost during work again and again. A store that was slow the last time is asked for the
    /// longer term at once. A store that is slow now is asked for it before the work begins.
    ///
    /// The work's task is cancelled when the lock is lost, when it cannot be extended twice in a row, and when nine
    /// tenths of the term have passed since the start of the last successful call. This is before another holder can
    /// acquire the lock.
    /// - Throws: ``LockStoreError`` when the lock store fails before the work begins, ``LockLost`` when the lock was
    ///   lost during the work, or the error that `work` throws.
    public func withLock<Value: Sendable>(
        _ name: LockName, for term: Duration, _ work: @Sendable @escaping (LockLease) async throws -> Value
    ) async throws -> Outcome<Value> {
        let isAlone = await own.begin(name)
        do {
            let outcome = try await hold(name, for: term, alone: isAlone, work)
            await own.end(name)
            return outcome
        } catch {
            await own.end(name)
            throw error
        }
    }

    private func hold<Value: Sendable>(
        _ name: LockName, for term: Duration, alone: Bool, _ work: @Sendable @escaping (LockLease) async throws -> Value
    ) async throws -> Outcome<Value> {
        let lease: LockLease
        let term = max(term, await own.longTerm)
        let assurance = Assurance(term: term, since: ticks.stopwatch())
        switch try await acquire(name, for: term, alone: alone) {
        case .granted(let granted): lease = granted
        case .held(let other, let remaining): return .skipped(heldBy: other, remaining: remaining)
        }
        do {
            let needed = await own.noteAnswer(after: assurance.elapsed)
            let term = try await lengthen(lease, term, atLeast: needed, assurance)
            let value = try await run(work, holding: lease, for: term, assured: assurance)
            await giveBack(lease)
            return .done(value)
        } catch {
            await giveBack(lease)
            throw error
        }
    }

    /// Takes a lock, also one that this process holds without need.
    ///
    /// The answer that granted it was lost, or it could not be given back while the store was away. The process would
    /// wait for the end of a lease of its own else.
    private func acquire(
        _ name: LockName, for term: Duration, alone: Bool
    ) async throws(LockStoreError) -> LockAnswer {
        let answer = try await store.acquire(name, by: holder, for: term)
        guard alone, case .held(holder, _) = answer else { return answer }
        let known = await own.unreturned(name)
        let found = known == nil ? try await store.lease(on: name, of: holder) : nil
        guard let lease = known ?? found else { return answer }
        let isFree = try await store.release(lease)
        await own.forget(lease)
        return isFree ? try await store.acquire(name, by: holder, for: term) : answer
    }

    /// Lengthens a lease that lasts for less than is needed.
    ///
    /// Before the work and not beside it: over a slow link it would need a second connection, which takes longer than
    /// what is left of the lease.
    /// - Returns: the term that holds.
    private func lengthen(
        _ lease: LockLease, _ term: Duration, atLeast needed: Duration, _ assurance: Assurance
    ) async throws -> Duration {
        guard needed > term else { return term }
        let asked = ticks.stopwatch()
        guard try await store.extend(lease, for: needed) else { throw LockLost(name: lease.name) }
        await assurance.renew(since: asked, for: needed)
        return needed
    }

    private func run<Value: Sendable>(
        _ work: @Sendable @escaping (LockLease) async throws -> Value, holding lease: LockLease, for term: Duration,
        assured assurance: Assurance
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work(lease) }
            group.addTask {
                try await keep(lease, for: term, assured: assurance)
                return nil
            }
            group.addTask {
                try await watch(lease, assured: assurance)
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    /// Prolongs the lease until the task is cancelled.
    private func keep(_ lease: LockLease, for term: Duration, assured assurance: Assurance) async throws {
        var missed = 0
        while true {
            try await ticks.sleep(for: term / 3)
            let asked = ticks.stopwatch()
            do {
                guard try await store.extend(lease, for: term) else { throw LockLost(name: lease.name) }
                await assurance.renew(since: asked, for: term)
                missed = 0
            } catch is LockStoreError {
                missed += 1
                if missed >= 2 { throw LockLost(name: lease.name) }
            }
        }
    }

    /// Stops the work in time when a store neither prolongs the lease nor says that it cannot.
    private func watch(_ lease: LockLease, assured assurance: Assurance) async throws {
        while true {
            let left = await assurance.left
            guard left > .zero else { throw LockLost(name: lease.name) }
            try await ticks.sleep(for: left)
        }
    }

    /// Runs in a task of its own, so that a cancelled caller still lets go.
    private func giveBack(_ lease: LockLease) async {
        await Task { [store, own] in
            do {
                _ = try await store.release(lease)
            } catch {
                // It runs out by itself, unless it is asked for earlier.
                await own.add(unreturned: lease)
            }
        }.value
    }
}

/// How long a lease is sure to last: nine tenths of its term, counted from before the store was asked.
private actor Assurance {
    private var sure: Duration
    private var passed: @Sendable () -> Duration

    init(term: Duration, since passed: @escaping @Sendable () -> Duration) {
        sure = term / 10 * 9
        self.passed = passed
    }

    var left: Duration { sure - passed() }

    /// How long it is since the store was asked.
    var elapsed: Duration { passed() }

    func renew(since passed: @escaping @Sendable () -> Duration, for term: Duration) {
        self.passed = passed
        sure = term / 10 * 9
    }
}

/// An error of work that was stopped because its lock was lost.
public struct LockLost: Error, Sendable, CustomStringConvertible {
    /// The lock.
    public let name: LockName
    /// The message for people.
    public var description: String { "the lock \"\(name)\" was lost; the work was stopped" }
}
