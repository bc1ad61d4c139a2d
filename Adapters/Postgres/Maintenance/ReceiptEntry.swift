import LogMaintenance
import LogModel
import StoreSupport

/// Some records of one generation that lie in the partition of one day: an entry of `receipt_days`.
struct ReceiptEntry {
    let generation: GenerationID
    /// The first place of the entry.
    let lower: Int64
    /// One behind its last place.
    let upper: Int64
    let day: CivilDay
    /// How many records it holds.
    let records: Int64
    /// Whether lines lie in it that were read again, on whatever day.
    let hasReplays: Bool
    /// The number of its app; `nil` when none of its records goes by now.
    let app: Int64?
    /// What its app's records are judged by.
    let end: Timestamp

    /// A page of entries in the order of their places, from the one that holds `place` on.
    static func page(
        _ plan: RetentionPlan, from place: RetentionPlace, limit: Int, in session: PostgresSession
    ) throws -> [ReceiptEntry] {
        try session.execute(
            """
            WITH rules AS (\(PlanRules.sql)), page AS (
                SELECT * FROM receipt_days WHERE (generation, lower) >= ($6, coalesce(
                (SELECT max(lower) FROM receipt_days WHERE generation = $6 AND lower <= $7), 0))
                ORDER BY generation, lower LIMIT $8
            )
            SELECT e.generation, e.lower, e.day, e.records, e.replayed_to IS NOT NULL AS has_replays,
            lead(e.lower, 1, \(Int64.max)) OVER (PARTITION BY e.generation ORDER BY e.lower) AS upper,
            coalesce(u.ends, 0) AS ends,
            CASE WHEN e.records > 0 AND NOT u.is_deleted AND (e.day + 1) * \(Partitions.dayLength) <= u.ends
            AND coalesce(e.replayed_from < u.ends, true) THEN c.app END AS app
            FROM page AS e LEFT JOIN cursors AS c ON c.generation = e.generation
            LEFT JOIN rules AS u ON u.number = c.app ORDER BY e.generation, e.lower
            """,
            PlanRules.values(plan) + [
                .integer(place.generation.number), .integer(place.offset), .integer(Int64(limit)),
            ], isPlannedAnew: true
        ).rows.map(ReceiptEntry.init(row:))
    }

    private init(row: PostgresRow) throws {
        generation = GenerationID(try row.integer("generation"))
        lower = try row.integer("lower")
        upper = try row.integer("upper")
        day = CivilDay(number: try row.integer("day"))
        records = try row.integer("records")
        hasReplays = try row.flag("has_replays")
        app = try row.optionalInteger("app")
        end = Timestamp(nanoseconds: try row.integer("ends"))
    }
}
