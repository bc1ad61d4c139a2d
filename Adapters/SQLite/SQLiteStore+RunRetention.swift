import GRDB
public import LogMaintenance
public import LogModel

extension SQLiteStore: RunRetention {
    /// Removes old runs.
    public func expireRuns(endedBefore end: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await write { db in
            try db.execute(
                sql: """
                    DELETE FROM runs WHERE rowid IN (SELECT rowid FROM runs
                    WHERE finished_at IS NOT NULL AND finished_at < ? ORDER BY finished_at LIMIT ?)
                    """,
                arguments: [end.nanoseconds, limit])
            return db.changesCount
        }
    }
}
