/// What one process knows of the locks that are its own: those that it asks for or has, leases that it has without
/// need, since they could not be given back while their store was away, and how slow the store is.
actor OwnLocks {
    /// How many leases are remembered; of more, the oldest run out by themselves.
    static let limit = 100
    /// As many times what the store takes to answer a lock lasts at least: each prolonging has a third of the term.
    private static let answersInTerm = 12
    /// The longest that a slow store makes a lock last.
    private static let longestTerm: Duration = .seconds(600)

    /// How long a lock must last at least if the store takes as long as the last time.
    private(set) var longTerm: Duration = .zero
    private var counts: [LockName: Int] = [:]
    private var leases: [LockLease] = []

    /// Notes that a lock is asked for.
    /// - Returns: whether nobody else in this process asks for it or has it, so that a lease of this process is
    ///   nobody's.
    func begin(_ name: LockName) -> Bool {
        counts[name, default: 0] += 1
        return counts[name] == 1
    }

    /// Notes that a lock is asked for and held no more.
    func end(_ name: LockName) {
        guard let count = counts[name] else { return }
        counts[name] = count > 1 ? count - 1 : nil
    }

    /// Notes how long the store took to grant a lock.
    /// - Returns: how long the lock must last at least.
    func noteAnswer(after cost: Duration) -> Duration {
        longTerm = min(OwnLocks.longestTerm, cost * OwnLocks.answersInTerm)
        return longTerm
    }

    /// Remembers a lease that could not be given back.
    func add(unreturned lease: LockLease) {
        leases.removeAll { $0.name == lease.name }
        if leases.count >= OwnLocks.limit { leases.removeFirst() }
        leases.append(lease)
    }

    /// The lease on a lock that could not be given back.
    func unreturned(_ name: LockName) -> LockLease? { leases.first { $0.name == name } }

    /// Forgets a lease that was given back, or is over.
    func forget(_ lease: LockLease) { leases.removeAll { $0 == lease } }
}
