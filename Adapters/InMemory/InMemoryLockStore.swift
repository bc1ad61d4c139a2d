public import DistributedLock
public import LogModel

/// Locks in memory, judged by the clock that it is given; for one process.
public actor InMemoryLockStore: LockStore {
    private struct Entry {
        var holder: OwnerID?
        var fence: Int64
        var leaseEnd: Timestamp
    }

    private let clock: any WallClock
    private var entries: [LockName: Entry] = [:]

    /// No locks yet.
    public init(clock: any WallClock) {
        self.clock = clock
    }

    /// Takes a lock that is free or whose time is over.
    public func acquire(_ name: LockName, by holder: OwnerID, for term: Duration) -> LockAnswer {
        let now = clock.now()
        if let entry = entries[name], let other = entry.holder, entry.leaseEnd > now {
            return .held(by: other, remaining: entry.leaseEnd.since(now))
        }
        let fence = (entries[name]?.fence ?? 0) + 1
        entries[name] = Entry(holder: holder, fence: fence, leaseEnd: now.advanced(by: term))
        return .granted(LockLease(name: name, holder: holder, fence: fence))
    }

    /// Prolongs a lease.
    public func extend(_ lease: LockLease, for term: Duration) -> Bool {
        guard holds(lease) else { return false }
        entries[lease.name]?.leaseEnd = clock.now().advanced(by: term)
        return true
    }

    /// Gives a lease back.
    public func release(_ lease: LockLease) -> Bool {
        guard holds(lease) else { return false }
        entries[lease.name]?.holder = nil
        return true
    }

    /// Looks for the lease that a holder has.
    public func lease(on name: LockName, of holder: OwnerID) async -> LockLease? {
        guard let entry = entries[name], entry.holder == holder, entry.leaseEnd > clock.now() else { return nil }
        return LockLease(name: name, holder: holder, fence: entry.fence)
    }

    private func holds(_ lease: LockLease) -> Bool {
        guard let entry = entries[lease.name] else { return false }
        return entry.holder == lease.holder && entry.fence == lease.fence && entry.leaseEnd > clock.now()
    }
}
