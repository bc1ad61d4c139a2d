public import DistributedLock
public import LogModel
import StoreSupport

/// Locks as lease rows in PostgreSQL, each judged in one statement by the server's clock.
extension PostgresStore: LockStore {
    /// Takes a lock that is free or whose time is over.
    public func acquire(
        _ name: LockName, by holder: OwnerID, for term: Duration
    ) async throws(LockStoreError) -> LockAnswer {
        try await withLockErrors { () async throws(StoreError) in
            try await write { session in
                let granted = try session.execute(
                    """
                    INSERT INTO locks VALUES ($1, $2, 1, \(nowSQL) + $3)
                    ON CONFLICT (name) DO UPDATE SET holder = $2, fence = locks.fence + 1, lease_end = \(nowSQL) + $3
                    WHERE locks.holder IS NULL OR locks.lease_end <= \(nowSQL)
                    RETURNING fence
                    """,
                    [.text(name.text), .text(holder.text), .integer(term.wholeNanoseconds)])
                if let row = granted.first {
                    return .granted(LockLease(name: name, holder: holder, fence: try row.integer("fence")))
                }
                let row = try session.execute(
                    "SELECT holder, lease_end - \(nowSQL) AS remaining FROM locks WHERE name = $1", [.text(name.text)]
                ).first
                return .held(
                    by: OwnerID(unchecked: try row?.optionalText("holder") ?? ""),
                    remaining: .nanoseconds(try row?.integer("remaining") ?? 0))
            }
        }
    }

    /// Prolongs a lease.
    public func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool {
        try await withLockErrors { () async throws(StoreError) in
            try await write { session in
                try session.execute(
                    """
                    UPDATE locks SET lease_end = \(nowSQL) + $1
                    WHERE name = $2 AND holder = $3 AND fence = $4 AND lease_end > \(nowSQL)
                    """,
                    [
                        .integer(term.wholeNanoseconds), .text(lease.name.text), .text(lease.holder.text),
                        .integer(lease.fence),
                    ]
                ).changes == 1
            }
        }
    }

    /// Gives a lease back.
    public func release(_ lease: LockLease) async throws(LockStoreError) -> Bool {
        try await withLockErrors { () async throws(StoreError) in
            try await write { session in
                try session.execute(
                    """
                    UPDATE locks SET holder = NULL
                    WHERE name = $1 AND holder = $2 AND fence = $3 AND lease_end > \(nowSQL)
                    """,
                    [.text(lease.name.text), .text(lease.holder.text), .integer(lease.fence)]
                ).changes == 1
            }
        }
    }

    /// Looks for the lease that a holder has.
    public func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? {
        try await withLockErrors { () async throws(StoreError) in
            try await read { session in
                try session.execute(
                    "SELECT fence FROM locks WHERE name = $1 AND holder = $2 AND lease_end > \(nowSQL)",
                    [.text(name.text), .text(holder.text)]
                ).first.map { row in LockLease(name: name, holder: holder, fence: try row.integer("fence")) }
            }
        }
    }
}
