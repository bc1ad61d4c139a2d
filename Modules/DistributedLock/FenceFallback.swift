public import LogModel

/// Lets work go on without a lock while its servers are down: the store's fence alone then keeps lines from being
/// stored twice, and several workers may do the same work.
public actor FenceFallback: LockStore {
    /// What changed.
    public enum Change: Sendable {
        /// Locks cannot be had, for this reason; work goes on without.
        case began(LockStoreError)
        /// Locks can be had again.
        case ended
    }

    private let base: any LockStore
    private let tell: @Sendable (Change) -> Void
    private var isDown = false

    /// Stands in for a lock store while it fails.
    /// - Parameters:
    ///   - base: the store.
    ///   - tell: is told once when locks begin to fail, and once when they can be had again.
    public init(_ base: any LockStore, tell: @escaping @Sendable (Change) -> Void) {
        self.base = base
        self.tell = tell
    }

    /// Takes the lock, or grants a lease that no lock stands behind.
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

    /// Prolongs a lease; one that cannot be prolonged because the servers are down goes on without a lock.
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

    /// Gives a lease back, if there is a lock behind it.
    public func release(_ lease: LockLease) async throws(LockStoreError) -> Bool {
        guard lease.proof != FenceFallback.withoutLock else { return true }
        return try await base.release(lease)
    }

    /// Looks for the lease that a holder has.
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
