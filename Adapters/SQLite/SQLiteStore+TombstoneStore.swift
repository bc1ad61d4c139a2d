import GRDB
public import LogCursor
public import LogMaintenance
public import LogModel

extension SQLiteStore: TombstoneStore {
    /// Removes the cursor of an object that is gone.
    public func forget(_ cursor: LogCursor.Cursor) async throws(StoreError) -> Bool {
        try await write { db in
            try db.execute(
                sql: """
                    DELETE FROM cursors WHERE generation = :generation AND epoch = :epoch AND position = :position
                    AND (owner IS NULL OR lease_end <= \(LeaseClock.sql))
                    AND NOT EXISTS (SELECT 1 FROM records WHERE generation = :generation)
                    AND NOT EXISTS (SELECT 1 FROM rejects WHERE generation = :generation)
                    AND NOT EXISTS (SELECT 1 FROM cursors AS earlier
                    WHERE earlier.source = :source AND earlier.object = :object AND earlier.ordinal < :ordinal)
                    """,
                arguments: [
                    "generation": cursor.generation.number, "epoch": cursor.epoch,
                    "position": cursor.progress.position, "source": cursor.source.text, "object": cursor.object.text,
                    "ordinal": cursor.ordinal,
                ])
            guard db.changesCount == 1 else { return false }
            for table in Erasure.companions {
                try db.execute(
                    sql: "DELETE FROM \(table) WHERE generation = ?", arguments: [cursor.generation.number])
            }
            return true
        }
    }
}
