public import LogCursor
public import LogMaintenance
public import LogModel

extension PostgresStore: TombstoneStore {
    /// Removes the cursor of an object that is gone.
    public func forget(_ cursor: LogCursor.Cursor) async throws(StoreError) -> Bool {
        let generation: PostgresValue = .integer(cursor.generation.number)
        return try await write { session in
            let gone = try session.execute(
                """
                DELETE FROM cursors WHERE generation = $1 AND epoch = $2 AND position = $3
                AND (owner IS NULL OR lease_end <= \(nowSQL))
                AND NOT EXISTS (SELECT 1 FROM records WHERE generation = $1)
                AND NOT EXISTS (SELECT 1 FROM rejects WHERE generation = $1)
                AND NOT EXISTS (SELECT 1 FROM cursors AS earlier
                WHERE earlier.source = $4 AND earlier.object = $5 AND earlier.ordinal < $6)
                """,
                [
                    generation, .integer(cursor.epoch), .integer(cursor.progress.position),
                    .text(cursor.source.text), .text(cursor.object.text), .integer(Int64(cursor.ordinal)),
                ])
            guard gone.changes == 1 else { return false }
            for table in Erasure.companions {
                try session.execute("DELETE FROM \(table) WHERE generation = $1", [generation])
            }
            return true
        }
    }
}
