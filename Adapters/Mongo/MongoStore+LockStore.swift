public import DistributedLock
public import LogModel
import StoreSupport

/// Locks as lease documents in MongoDB; each call is one statement, judged by the server's clock.
extension MongoStore: LockStore {
    /// Takes a lock that is free or whose time is over.
    ///
    /// The one statement writes whether it was free when it came, and answers with what it wrote.
    public func acquire(
        _ name: LockName, by holder: OwnerID, for term: Duration
    ) async throws(LockStoreError) -> LockAnswer {
        // `$gt` finds a missing or null end below every number.
        let isHeld: BSONValue = [
            "$and": [["$ne": [["$ifNull": ["$holder", nil]], nil]], ["$gt": ["$lease_end", serverNow]]]
        ]
        let end: BSONValue = ["$add": [serverNow, .int64(term.wholeNanoseconds)]]
        let document = try await withLockErrors { () async throws(StoreError) in
            try await change { client in
                try client.run(
                    [
                        "findAndModify": .string(Collection.locks), "query": ["_id": .string(name.text)],
                        "update": [
                            ["$set": ["was_free": ["$not": [isHeld]], "asked_at": serverNow]],
                            [
                                "$set": [
                                    "holder": ifFree(.string(holder.text), else: "$holder"),
                                    "fence": ifFree(["$add": [["$ifNull": ["$fence", 0]], 1]], else: "$fence"),
                                    "lease_end": ifFree(end, else: "$lease_end"),
                                ]
                            ],
                        ],
                        "new": true, "upsert": true,
                    ], .write
                ).document("value")
            }
        }
        do {
            guard document.isTrue("was_free") else {
                return .held(
                    by: OwnerID(unchecked: try document.text("holder")),
                    remaining: .nanoseconds(try document.number("lease_end") - document.number("asked_at")))
            }
            return .granted(LockLease(name: name, holder: holder, fence: try document.number("fence")))
        } catch {
            throw LockStoreError(.broken, detail: error.description)
        }
    }

    /// Prolongs a lease.
    public func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool {
        try await change(lease, ["lease_end": ["$add": [serverNow, .int64(term.wholeNanoseconds)]]])
    }

    /// Gives a lease back.
    ///
    /// The primary alone acknowledges it: where an election undoes it, the lease ends by its time.
    public func release(_ lease: LockLease) async throws(LockStoreError) -> Bool {
        try await change(lease, ["holder": nil], .primaryWrite)
    }

    /// Looks for the lease that a holder has.
    public func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? {
        try await withLockErrors { () async throws(StoreError) in
            try await read { client in
                try client.first(
                    Collection.locks,
                    [
                        "_id": .string(name.text), "holder": .string(holder.text),
                        "$expr": ["$gt": ["$lease_end", serverNow]],
                    ]
                ).map { LockLease(name: name, holder: holder, fence: try $0.number("fence")) }
            }
        }
    }

    /// Changes the document of a lease that has not ended.
    private func change(
        _ lease: LockLease, _ members: BSONValue, _ kind: MongoClient.Kind = .write
    ) async throws(LockStoreError) -> Bool {
        try await withLockErrors { () async throws(StoreError) in
            try await change { client in
                try client.update(
                    Collection.locks,
                    [
                        "_id": .string(lease.name.text), "holder": .string(lease.holder.text),
                        "fence": .int64(lease.fence), "$expr": ["$gt": ["$lease_end", serverNow]],
                    ], [["$set": members]], kind)
            }
        }
    }
}

/// The present moment by the server's clock in nanoseconds since the epoch, to the millisecond, as an expression.
let serverNow: BSONValue = ["$multiply": [["$toLong": "$$NOW"], 1_000_000]]

/// A value where the statement found the lock free, and else another.
private func ifFree(_ new: BSONValue, else old: BSONValue) -> BSONValue { ["$cond": ["$was_free", new, old]] }
