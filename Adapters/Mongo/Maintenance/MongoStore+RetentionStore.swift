public import LogMaintenance
public import LogModel

/// Retention in MongoDB: a step finds the generations that it is about, and then looks and removes in one transaction.
///
/// Of two cleaners that meet, one is begun anew and finds gone what the other has removed, so that both count what they
/// removed themselves. A commit that meets one comes either before it or behind it.
extension MongoStore: RetentionStore {
    /// Removes records and rejects that may go; a step looks at 10 000 rows and 256 generations at most.
    public func expire(
        _ plan: RetentionPlan, from place: RetentionPlace?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        // At least one record, whatever is asked for: else a step could stand still.
        let rows = min(max(limit, 2), RetentionScan.rowLimit)
        let generations = try await read { client in
            try AgeingGenerations(plan, from: place, rows: rows, client)
        }
        guard !generations.worthALook.isEmpty else {
            var step = RetentionStep()
            step.next = generations.next.map { RetentionPlace(generation: $0, offset: 0) }
            return step
        }
        return try await write { client in
            try RetentionScan(plan, generations, rows: rows, client).remove()
        }
    }

    /// Removes what deleted apps left, 10 000 rows at most.
    public func erase(limit: Int) async throws(StoreError) -> ErasureStep {
        try await write { client in
            var erasure = Erasure(client, limit: limit)
            return try erasure.run()
        }
    }

    /// Ranges that a follower missed, the latest first.
    public func missed(
        of follower: FollowerName, limit: Int
    ) async throws(StoreError) -> [MissedRange] {
        try await read { client in
            try FollowerTable(client).missed(by: follower, limit: limit)
        }
    }
}
