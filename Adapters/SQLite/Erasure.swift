import GRDB
import LogMaintenance

/// The steps of erasing deleted apps inside one transaction.
struct Erasure {
    private let db: Database

    init(_ db: Database) { self.db = db }

    /// Tables that hold something of an app and what names the app in them; records and rejects go before.
    private static let remains = [
        ("writers", "app", "id"), ("fields", "app", "number"), ("field_totals", "app", "number"),
    ]

    /// Tables whose rows go with a cursor.
    static let companions = ["cursor_steps", "followers", "follower_misses"]

    /// Whether a deleted app still holds something.
    func isOwed() throws -> Bool {
        if try nextCursor() != nil { return true }
        return try Erasure.remains.contains { table, column, key in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM apps AS a JOIN \(table) AS t ON t.\(column) = a.\(key)
                    WHERE a.deleted_at IS NOT NULL)
                    """) ?? false
        }
    }

    func step(limit: Int) throws -> ErasureStep {
        var step = ErasureStep()
        var budget = limit
        while budget > 0, let generation = try nextCursor() {
            try eraseRecords(of: generation, &step, &budget)
            guard budget > 0 else { return step }
            try db.execute(
                sql: """
                    DELETE FROM rejects WHERE number IN (SELECT number FROM rejects WHERE generation = ? LIMIT ?)
                    """,
                arguments: [generation, budget])
            step.rejects += Int64(db.changesCount)
            budget -= db.changesCount
            guard budget > 0 else { return step }
            for table in Erasure.companions + ["cursors"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE generation = ?", arguments: [generation])
            }
            step.cursors += 1
            budget -= 1
        }
        guard budget > 0 else { return step }
        for (table, column, key) in Erasure.remains {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE \(column) IN (SELECT \(key) FROM apps WHERE deleted_at IS NOT NULL)")
        }
        step.isDone = true
        return step
    }

    private func nextCursor() throws -> Int64? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT c.generation FROM apps AS a JOIN cursors AS c ON c.app = a.id
                WHERE a.deleted_at IS NOT NULL ORDER BY c.generation LIMIT 1
                """)
    }

    private func eraseRecords(of generation: Int64, _ step: inout ErasureStep, _ budget: inout Int) throws {
        let lengths = try Int64.fetchAll(
            db,
            sql: """
                DELETE FROM records WHERE rowid IN (SELECT rowid FROM records WHERE generation = ? LIMIT ?)
                RETURNING length(CAST(line AS BLOB))
                """,
            arguments: [generation, budget])
        step.records += Int64(lengths.count)
        step.bytes += lengths.reduce(0, +)
        budget -= lengths.count
    }
}
