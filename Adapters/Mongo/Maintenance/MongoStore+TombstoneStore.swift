public import LogCursor
public import LogMaintenance
public import LogModel

extension MongoStore: TombstoneStore {
    /// Removes the cursor of an object that is gone.
    ///
    /// Whoever claims, moves or rewinds the cursor at the same moment writes its document as well, so that one of both is
    /// begun anew and sees what the other has done.
    public func forget(_ cursor: LogCursor.Cursor) async throws(StoreError) -> Bool {
        let id: BSONValue = .int64(cursor.generation.number)
        return try await write { client in
            guard try client.agedRecords(of: cursor.generation, from: 0, limit: 1).isEmpty,
                try client.first(Collection.rejects, ["generation": id]) == nil
            else { return false }
            let earlier: BSONDocument = [
                "source": .string(cursor.source.text), "object": .string(cursor.object.text), "is_latest": false,
                "ordinal": ["$lt": BSONValue(cursor.ordinal)],
            ]
            guard try client.first(Collection.cursors, earlier, ["hint": "cursors_ended"]) == nil else { return false }
            let free: BSONValue = [
                "$or": [["$eq": ["$owner", nil]], ["$lte": ["$lease_end", serverNow]]]
            ]
            let removed = try client.remove(
                Collection.cursors,
                [
                    "_id": id, "epoch": .int64(cursor.epoch), "position": .int64(cursor.progress.position),
                    "$expr": free,
                ])
            guard removed == 1 else { return false }
            try client.removeCompanions(of: cursor.generation)
            return true
        }
    }
}
