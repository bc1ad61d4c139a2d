import LogMaintenance
import LogModel
import StoreSupport

/// What followers missed, inside one transaction.
struct MissTable {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    /// Adds ranges, each to what its follower missed of the same generation before.
    func note(_ ranges: [MissedRange]) throws {
        guard !ranges.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO follower_misses AS m (follower, generation, lower, upper, records)
            SELECT * FROM unnest($1, $2, $3, $4, $5) AS t (follower, generation, lower, upper, records)
            ORDER BY generation, follower
            ON CONFLICT (follower, generation) DO UPDATE SET lower = least(m.lower, excluded.lower),
            upper = greatest(m.upper, excluded.upper), records = m.records + excluded.records
            """,
            [
                .texts(ranges.map(\.follower.text)), .integers(ranges.map(\.generation.number)),
                .integers(ranges.map(\.range.lower)), .integers(ranges.map(\.range.upper)),
                .integers(ranges.map(\.records)),
            ])
    }

    /// The ranges of a follower, the latest first.
    func ranges(of follower: FollowerName, limit: Int) throws -> [MissedRange] {
        try session.execute(
            """
            SELECT generation, lower, upper, records FROM follower_misses WHERE follower = $1
            ORDER BY number DESC LIMIT $2
            """,
            [.text(follower.text), .integer(Int64(limit))]
        ).rows.map { row in
            try MissedRange(row: row, by: follower, of: GenerationID(try row.integer("generation")))
        }
    }
}
