public import LogMaintenance
public import LogModel

extension PostgresStore: RunRetention {
    /// Removes old runs.
    public func expireRuns(endedBefore end: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await write { session in
            try session.execute(
                """
                DELETE FROM runs WHERE id = ANY(ARRAY(SELECT id FROM runs
                WHERE finished_at IS NOT NULL AND finished_at < $1 ORDER BY finished_at LIMIT $2))
                """,
                [.integer(end.nanoseconds), .integer(Int64(limit))]
            ).changes
        }
    }
}
