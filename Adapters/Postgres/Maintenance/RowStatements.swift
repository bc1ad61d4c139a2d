/// Statements on rows of one partition, named by itself: others are neither planned for nor locked.
enum RowStatements {
    /// The first rows of some stretches of generations, in the order of the stretches.
    static func look(in table: String) -> String {
        """
        SELECT t.number, r.byte_offset, r.received_at
        FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS t (app, generation, lower, upper, size, number)
        CROSS JOIN LATERAL (
            SELECT byte_offset, received_at FROM \(table)
            WHERE app = t.app AND generation = t.generation AND byte_offset >= t.lower AND byte_offset < t.upper
            ORDER BY byte_offset LIMIT t.size
        ) AS r ORDER BY t.number, r.byte_offset
        """
    }

    /// Removes rows of some stretches of generations, and takes them off what `receipt_days` knows.
    static func removal(from table: String) -> String {
        """
        WITH gone AS (
            DELETE FROM \(table) AS r
            USING unnest($1, $2, $3, $4, $5, $6) AS t (app, generation, lower, first, last, received_before)
            WHERE r.app = t.app AND r.generation = t.generation AND r.byte_offset BETWEEN t.first AND t.last
            AND r.received_at < t.received_before
            RETURNING r.generation, t.lower, octet_length(r.line) AS length
        ), sums AS (
            SELECT generation, lower, count(*) AS records, sum(length) AS bytes FROM gone GROUP BY generation, lower
        ), entries AS (
            UPDATE receipt_days AS e SET records = e.records - s.records, bytes = e.bytes - s.bytes
            FROM sums AS s WHERE e.generation = s.generation AND e.lower = s.lower
        )
        SELECT coalesce(sum(records), 0)::bigint AS records, coalesce(sum(bytes), 0)::bigint AS bytes FROM sums
        """
    }
}
