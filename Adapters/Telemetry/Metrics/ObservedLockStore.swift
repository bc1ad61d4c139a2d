public import CoreMetrics
public import DistributedLock
public import LogModel

/// A lock store whose answers are counted.
public struct ObservedLockStore: LockStore {
    private enum Acquired: String, CaseIterable {
        case granted, held, failed
    }

    private enum Extended: String, CaseIterable {
        case extended, lost, failed
    }

    private let base: any LockStore
    private let acquires: [Acquired: Counter]
    private let extends: [Extended: Counter]

    /// Observes a store.
    public init(_ base: any LockStore, _ factory: any MetricsFactory) {
        self.base = base
        acquires = ServiceMetric.lockAcquires.counters(factory, by: "outcome", Acquired.allCases)
        extends = ServiceMetric.lockExtends.counters(factory, by: "outcome", Extended.allCases)
    }

    /// Takes a lock and takes note.
    public func acquire(
        _ name: LockName, by holder: OwnerID, for term: Duration
    ) async throws(LockStoreError) -> LockAnswer {
        do {
            let answer = try await base.acquire(name, by: holder, for: term)
            if case .granted = answer { acquires[.granted]?.increment() } else { acquires[.held]?.increment() }
            return answer
        } catch {
            acquires[.failed]?.increment()
            throw error
        }
    }

    /// Prolongs a lease and takes note.
    public func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool {
        do {
            let isHeld = try await base.extend(lease, for: term)
            extends[isHeld ? .extended : .lost]?.increment()
            return isHeld
        } catch {
            extends[.failed]?.increment()
            throw error
        }
    }

    /// Gives a lease back.
    public func release(_ lease: LockLease) async throws(LockStoreError) -> Bool {
        try await base.release(lease)
    }

    /// Looks for the lease that a holder has.
    public func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? {
        try await base.lease(on: name, of: holder)
    }
}
