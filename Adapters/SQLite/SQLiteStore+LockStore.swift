public import DistributedLock
import GRDB
public import LogModel
import StoreSupport

/// Locks as lease rows in SQLite, judged by the store's own clock.
extension SQLiteStore: LockStore {
    /// Takes a lock that is free or whose time is over.
    public func acquire(
        _ name: LockName, by holder: OwnerID, for term: Duration
    ) async throws(LockStoreError) -> LockAnswer {
        try await withLockErrors { () async throws(StoreError) in
            try await write { db in
                let granted = try Int64.fetchOne(
                    db,
                    sql: """
                        INSERT INTO locks VALUES (:name, :holder, 1, \(LeaseClock.sql) + :term)
                        ON CONFLICT (name) DO UPDATE SET holder = :holder, fence = fence + 1, lease_end = \(LeaseClock.sql) + :term
                        WHERE holder IS NULL OR lease_end <= \(LeaseClock.sql)
                        RETURNING fence
                        """,
                    arguments: ["name": name.text, "holder": holder.text, "term": term.wholeNanoseconds])
                if let granted { return .granted(LockLease(name: name, holder: holder, fence: granted)) }
                let row = try Row.fetchOne(
                    db, sql: "SELECT holder, lease_end - \(LeaseClock.sql) AS remaining FROM locks WHERE name = ?",
                    arguments: [name.text])
                return .held(
                    by: OwnerID(unchecked: row?["holder"] ?? ""),
                    remaining: .nanoseconds(row?["remaining"] as Int64? ?? 0))
            }
        }
    }

    /// Prolongs a lease.
    public func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool {
        try await withLockErrors { () async throws(StoreError) in
            try await write { db in
                try db.execute(
                    sql: """
                        UPDATE locks SET lease_end = \(LeaseClock.sql) + ?
                        WHERE name = ? AND holder = ? AND fence = ? AND lease_end > \(LeaseClock.sql)
                        """,
                    arguments: [term.wholeNanoseconds, lease.name.text, lease.holder.text, lease.fence])
                return db.changesCount == 1
            }
        }
    }

    /// Gives a lease back.
    public func release(_ lease: LockLease) async throws(LockStoreError) -> Bool {
        try await withLockErrors { () async throws(StoreError) in
            try await write { db in
                try db.execute(
                    sql: """
                        UPDATE locks SET holder = NULL
                        WHERE name = ? AND holder = ? AND fence = ? AND lease_end > \(LeaseClock.sql)
                        """,
                    arguments: [lease.name.text, lease.holder.text, lease.fence])
                return db.changesCount == 1
            }
        }
    }

    /// Looks for the lease that a holder has.
    public func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? {
        let fence = try await withLockErrors { () async throws(StoreError) in
            try await read { db in
                try Int64.fetchOne(
                    db, sql: "SELECT fence FROM locks WHERE name = ? AND holder = ? AND lease_end > \(LeaseClock.sql)",
                    arguments: [name.text, holder.text])
            }
        }
        return fence.map { LockLease(name: name, holder: holder, fence: $0) }
    }
}
