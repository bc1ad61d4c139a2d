import Foundation
import GRDB
public import LogMaintenance
public import LogModel
import StoreSupport

/// Retention in SQLite: looks in a snapshot, which nobody waits for, and then removes in one short write.
extension SQLiteStore: RetentionStore {
    /// Removes records and rejects that may go.
    public func expire(
        _ plan: RetentionPlan, from place: RetentionPlace?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        let found = try await read {
            try RetentionScan(plan, from: place, limit: limit, in: $0)
        }
        guard !found.isEmpty else { return found.step }
        // What was found old enough stays so: records never change, and followers only go on.
        return try await write { try remove(found, in: $0) }
    }

    private func remove(_ found: RetentionScan, in db: Database) throws -> RetentionStep {
        var step = found.step
        let record = try db.cachedStatement(
            sql: "DELETE FROM records WHERE generation = ? AND offset = ? RETURNING length(CAST(line AS BLOB))")
        for place in found.records {
            let bytes = try Int64.fetchOne(record, arguments: [place.generation.number, place.offset])
            guard let bytes else { continue }
            step.records += 1
            step.bytes += bytes
        }
        let reject = try db.cachedStatement(sql: "DELETE FROM rejects WHERE number = ?")
        for number in found.rejects {
            try reject.execute(arguments: [number])
            step.rejects += Int64(db.changesCount)
        }
        for range in step.missed {
            try db.execute(
                sql: """
                    INSERT INTO follower_misses (follower, generation, lower, upper, records) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (follower, generation) DO UPDATE SET
                    lower = min(lower, excluded.lower), upper = max(upper, excluded.upper),
                    records = records + excluded.records
                    """,
                arguments: [
                    range.follower.text, range.generation.number, range.range.lower, range.range.upper, range.records,
                ])
        }
        return step
    }

    /// Removes what deleted apps left.
    public func erase(limit: Int) async throws(StoreError) -> ErasureStep {
        let isOwed = try await read { try Erasure($0).isOwed() }
        guard isOwed else {
            var step = ErasureStep()
            step.isDone = true
            return step
        }
        return try await write { try Erasure($0).step(limit: limit) }
    }

    /// Ranges that a follower missed, the latest first.
    public func missed(
        of follower: FollowerName, limit: Int
    ) async throws(StoreError) -> [MissedRange] {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT generation, lower, upper, records FROM follower_misses WHERE follower = ?
                    ORDER BY number DESC LIMIT ?
                    """,
                arguments: [follower.text, limit])
            return try rows.map { row in
                try MissedRange(row: SQLiteRow(row), by: follower, of: GenerationID(row["generation"]))
            }
        }
    }
}
