public import DistributedLock
public import LogModel

extension InMemoryStore: LockStore {
    /// Takes a lock that is free or whose time is over.
    public func acquire(_ name: LockName, by holder: OwnerID, for term: Duration) -> LockAnswer {
        let now = clock.now()
        if let kept = locks[name], let other = kept.holder, kept.leaseEnd > now {
            return .held(by: other, remaining: kept.leaseEnd.since(now))
        }
        let fence = (locks[name]?.fence ?? 0) + 1
        locks[name] = KeptLock(holder: holder, fence: fence, leaseEnd: now.advanced(by: term))
        return .granted(LockLease(name: name, holder: holder, fence: fence))
    }

    /// Prolongs a lease.
    public func extend(_ lease: LockLease, for term: Duration) -> Bool {
        guard holds(lease) else { return false }
        locks[lease.name]?.leaseEnd = clock.now().advanced(by: term)
        return true
    }

    /// Gives a lease back.
    public func release(_ lease: LockLease) -> Bool {
        guard holds(lease) else { return false }
        locks[lease.name]?.holder = nil
        return true
    }

    /// Looks for the lease that a holder has.
    public func lease(on name: LockName, of holder: OwnerID) -> LockLease? {
        guard let kept = locks[name], kept.holder == holder, kept.leaseEnd > clock.now() else { return nil }
        return LockLease(name: name, holder: holder, fence: kept.fence)
    }

    private func holds(_ lease: LockLease) -> Bool {
        guard let kept = locks[lease.name] else { return false }
        return kept.holder == lease.holder && kept.fence == lease.fence && kept.leaseEnd > clock.now()
    }
}
