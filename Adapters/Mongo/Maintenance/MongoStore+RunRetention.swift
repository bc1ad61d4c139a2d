public import LogMaintenance
public import LogModel

extension MongoStore: RunRetention {
    /// Removes old runs.
    public func expireRuns(endedBefore end: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await write { client in
            // Nulls are no numbers, so runs that go on are none of those.
            let old = try client.all(
                .find(
                    Collection.runs, ["finished_at": ["$lt": .int64(end.nanoseconds)]],
                    ["sort": ["finished_at": 1], "limit": BSONValue(limit), "projection": ["_id": 1]]))
            guard !old.isEmpty else { return 0 }
            let ids = try old.map { BSONValue.string(try $0.text("_id")) }
            return try client.remove(Collection.runs, ["_id": ["$in": .array(ids)]])
        }
    }
}
