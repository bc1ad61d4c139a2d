public import LogModel

/// Grants leases without a lock while the lock's servers are down.
///
/// Only the store's fence then keeps lines from being stored twice, and several workers may do the same work.
public actor FenceFallback: LockStore {
    /// A change between work with and without locks.
    public enum Change: Sendable {
        /// Locks cannot be acquired, for this reason; work continues without them.
        case began(LockStoreError)
        /// Locks can be acquired again.
        case ended
    }

    private let base: any LockStore
    private let tell: @Sendable (Change) -> Void
    private var isDown = false

    /// Makes a fallback for a lock store.
    /// - Parameters:
    ///   - base: the lock store.
    ///   - tell: called once when locks begin to fail, and once when they can be acquired again.
    public init(_ base: any LockStore, tell: @escaping @Sendable (Change) -> Void) {
        self.base = base
        self.tell = tell
    }

    /// Acquires the lock; while the lock store fails, grants a lease without a lock.
    public func acquire(_ name: LockName, by holder: OwnerID, for term: Duration) async -> LockAnswer {
        do {
            let answer = try await base.acquire(name, by: holder, for: term)
            note(nil)
            return answer
        } catch {
            note(error)
            return .granted(LockLease(name: name, holder: holder, fence: 0, proof: FenceFallback.withoutLock))
        }
    }

    /// Extends a lease; while the servers are down, the lease continues without a lock.
    public func extend(_ lease: LockLease, for term: Duration) async -> Bool {
        guard lease.proof != FenceFallback.withoutLock else { return true }
        do {
            let isHeld = try await base.extend(lease, for: term)
            note(nil)
            return isHeld
        } catch {
            note(error)
            return true
        }
    }

    /// Releases a lease that has a lock.
    public func release(_ lease: LockLease) async throws(LockStoreError) -> Bool {
        guard lease.proof != FenceFallback.withoutLock else { return true }
        return try await base.release(lease)
    }

    /// Finds the lease that a holder has.
    public func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? {
        try await base.lease(on: name, of: holder)
    }

    private func note(_ error: LockStoreError?) {
        guard isDown != (error != nil) else { return }
        isDown = error != nil
        tell(error.map { .began($0) } ?? .ended)
    }

    private static let withoutLock = "fence-only"
}
