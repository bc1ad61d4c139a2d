import LogCursor
import LogIngestion
import LogModel

/// Writes the rejects of a step.
struct RejectInsertion {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    /// Writes them in place of those that were kept of the same bytes.
    func insert(_ step: ObjectStep, app: Int32) throws {
        let generation = step.move.generation.number
        if let range = step.rangeJudgedAnew {
            try session.execute(
                "DELETE FROM rejects WHERE generation = $1 AND lower >= $2 AND lower < $3",
                [.integer(generation), .integer(range.lower), .integer(range.upper)])
        }
        let rejects = try RejectInsertion.joined(step.rejects).filter { reject in
            try !(reject.continues && prolong(reject, of: generation))
        }
        guard !rejects.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO rejects (app, generation, lower, upper, line_number, reason, sample, received_at)
            SELECT $1::bigint, $2, r.lower, r.upper, r.line_number, r.reason, r.sample, $3
            FROM unnest($4, $5, $6, $7, $8) WITH ORDINALITY AS r (lower, upper, line_number, reason, sample, number)
            WHERE NOT EXISTS (SELECT 1 FROM rejects AS o WHERE o.generation = $2 AND o.lower = r.lower)
            ORDER BY r.number
            LIMIT greatest(0, \(Reject.rowLimit)
            - (SELECT count(*) FROM rejects AS k WHERE k.generation = $2 AND k.lower < $9))
            ON CONFLICT (generation, lower) DO NOTHING
            """,
            [
                .integer(Int64(app)), .integer(generation), .integer(step.receivedAt.nanoseconds),
                .integers(rejects.map(\.range.lower)), .integers(rejects.map(\.range.upper)),
                .integers(rejects.map(\.lineNumber)), .texts(rejects.map(\.reason.rawValue)),
                .byteStrings(rejects.map(\.sample)), .integer(step.move.to.position),
            ])
    }

    /// Puts a reject that goes on where the one before ended together with it.
    private static func joined(_ rejects: [Reject]) -> [Reject] {
        var joined: [Reject] = []
        for reject in rejects {
            guard reject.continues, let last = joined.last, last.range.upper == reject.range.lower,
                last.reason == reject.reason
            else {
                joined.append(reject)
                continue
            }
            joined[joined.count - 1] = Reject(
                range: ByteRange(last.range.lower, reject.range.upper), lineNumber: last.lineNumber,
                reason: last.reason, sample: last.sample + reject.sample, continues: last.continues)
        }
        return joined
    }

    /// Makes the stored reject that ends where this one begins end where this one ends.
    private func prolong(_ reject: Reject, of generation: Int64) throws -> Bool {
        try session.execute(
            """
            UPDATE rejects SET upper = $1, sample = substring(sample || $2 FROM 1 FOR \(Reject.sampleLimit))
            WHERE generation = $3 AND upper = $4 AND reason = $5
            """,
            [
                .integer(reject.range.upper), .bytes(reject.sample), .integer(generation),
                .integer(reject.range.lower), .text(reject.reason.rawValue),
            ]
        ).changes > 0
    }
}
