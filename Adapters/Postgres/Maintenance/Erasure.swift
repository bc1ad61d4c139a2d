import LogMaintenance
import LogModel
import StoreSupport

/// The steps of erasing deleted apps inside one transaction.
struct Erasure {
    private let session: PostgresSession

    /// The tables whose rows hang on a cursor, records and rejects left out.
    static let companions = ["cursor_steps", "receipt_days", "followers", "follower_misses"]

    init(_ session: PostgresSession) { self.session = session }

    /// An app in the tables: most name it by its number.
    private struct App {
        let number: Int64
        let id: String
    }

    /// Whether a deleted app still holds something.
    func isOwed() throws -> Bool { try nextApp() != nil }

    func step(limit: Int) throws -> ErasureStep {
        var step = ErasureStep()
        var budget = max(limit, 1)
        while budget > 0 {
            guard let app = try nextApp() else {
                step.isDone = true
                return step
            }
            try eraseRecords(of: app, &step, &budget)
            try eraseRejects(of: app, &step, &budget)
            try eraseCursors(of: app, &step, &budget)
            try eraseRemains(of: app, &budget)
        }
        return step
    }

    private func nextApp() throws -> App? {
        try session.execute(
            """
            SELECT a.number, a.id FROM apps AS a WHERE a.deleted_at IS NOT NULL AND (
                EXISTS (SELECT 1 FROM cursors WHERE app = a.number) OR EXISTS (SELECT 1 FROM writers WHERE app = a.id)
                OR EXISTS (SELECT 1 FROM fields WHERE app = a.number)
                OR EXISTS (SELECT 1 FROM field_totals WHERE app = a.number)
            ) ORDER BY a.number LIMIT 1
            """
        ).first.map { App(number: try $0.integer("number"), id: try $0.text("id")) }
    }

    private func eraseRecords(of app: App, _ step: inout ErasureStep, _ budget: inout Int) throws {
        guard budget > 0 else { return }
        let days = try session.execute(
            """
            SELECT received_day, count(*) AS count
            FROM (
                SELECT received_day FROM records WHERE app = $1 ORDER BY generation, byte_offset LIMIT $2
            ) AS r GROUP BY received_day
            """, [.integer(app.number), .integer(Int64(budget))], isPlannedAnew: true)
        for row in days.rows {
            let table = Partitions.name(of: CivilDay(number: try row.integer("received_day")))
            let gone = try session.execute(
                """
                WITH gone AS (
                    DELETE FROM \(table) WHERE ctid = ANY(ARRAY(
                        SELECT ctid FROM \(table) WHERE app = $1 ORDER BY generation, byte_offset LIMIT $2
                    ))
                    RETURNING octet_length(line) AS length
                ) SELECT count(*) AS count, coalesce(sum(length), 0)::bigint AS bytes FROM gone
                """, [.integer(app.number), .integer(try row.integer("count"))], isPlannedAnew: true)
            guard let sums = gone.first else { continue }
            step.records += try sums.integer("count")
            step.bytes += try sums.integer("bytes")
            budget -= Int(try sums.integer("count"))
        }
    }

    private func eraseRejects(of app: App, _ step: inout ErasureStep, _ budget: inout Int) throws {
        guard budget > 0 else { return }
        let gone = try session.execute(
            """
            DELETE FROM rejects WHERE number = ANY(ARRAY(
            SELECT number FROM rejects WHERE app = $1 ORDER BY number LIMIT $2))
            """,
            [.integer(app.number), .integer(Int64(budget))])
        step.rejects += Int64(gone.changes)
        budget -= gone.changes
    }

    /// Removes cursors that hold no record and no reject any more.
    private func eraseCursors(of app: App, _ step: inout ErasureStep, _ budget: inout Int) throws {
        guard budget > 0 else { return }
        let generations = try session.execute(
            "SELECT generation FROM cursors WHERE app = $1 ORDER BY generation LIMIT $2",
            [.integer(app.number), .integer(Int64(budget))]
        ).rows.map { try $0.integer("generation") }
        guard !generations.isEmpty else { return }
        for table in Erasure.companions + ["cursors"] {
            try session.execute("DELETE FROM \(table) WHERE generation = ANY($1)", [.integers(generations)])
        }
        step.cursors += Int64(generations.count)
        budget -= generations.count
    }

    private func eraseRemains(of app: App, _ budget: inout Int) throws {
        for (table, value) in [
            ("writers", PostgresValue.text(app.id)), ("fields", .integer(app.number)),
            ("field_totals", .integer(app.number)),
        ] {
            guard budget > 0 else { return }
            budget -= try session.execute(
                "DELETE FROM \(table) WHERE ctid = ANY(ARRAY(SELECT ctid FROM \(table) WHERE app = $1 LIMIT $2))",
                [value, .integer(Int64(budget))]
            ).changes
        }
    }
}
