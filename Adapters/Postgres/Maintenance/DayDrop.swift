import LogMaintenance
import LogModel
import StoreSupport

/// Drops partitions of which every record may go.
///
/// It goes by what `receipt_days` knows of a day, so a million records cost no more than one: a row for each generation
/// that has some.
struct DayDrop {
    private let plan: RetentionPlan
    private let session: PostgresSession

    /// How long the locks are waited for: meanwhile all who ask for records wait behind us.
    static let lockPatience = "100ms"

    init(_ plan: RetentionPlan, _ session: PostgresSession) {
        self.plan = plan
        self.session = session
    }

    /// The first day from a given one on whose records may all go.
    func next(from first: Int64) throws -> CivilDay? {
        guard let end = plan.latestEnd else { return nil }
        let days = try Partitions.days(in: session).filter { $0.number >= first && $0.end <= end }
        return try droppable(days)
    }

    /// The first of some days whose records may all go.
    ///
    /// `past` is a moment before which all records of an entry were received, `upper` one behind the last place. An entry
    /// that a follower has seen half of is left to those who look at rows, for the number of what was missed.
    private func droppable(_ days: [CivilDay]) throws -> CivilDay? {
        guard !days.isEmpty else { return nil }
        return try session.execute(
            """
            WITH rules AS (\(PlanRules.sql))
            SELECT d.day FROM unnest($6) AS d (day) WHERE NOT EXISTS (
                SELECT 1 FROM receipt_days AS e JOIN cursors AS c ON c.generation = e.generation
                JOIN rules AS u ON u.number = c.app
                CROSS JOIN LATERAL (
                    SELECT greatest((d.day + 1) * \(Partitions.dayLength), e.replayed_to + 1) AS past,
                    \(DayDrop.upper) AS upper
                ) AS x
                WHERE e.day = d.day AND (u.is_deleted OR u.ends IS NULL OR x.past > u.ends OR EXISTS (
                    SELECT 1 FROM unnest($7) AS f (name)
                    LEFT JOIN followers AS p ON p.follower = f.name AND p.generation = e.generation
                    WHERE coalesce(p.position, 0) < x.upper AND (x.past > u.overdue
                    OR (coalesce(p.position, 0) > e.lower AND e.records > 0))
                ))
            ) ORDER BY d.day LIMIT 1
            """,
            PlanRules.values(plan) + [.integers(days.map(\.number)), .texts(plan.followers.map(\.text))],
            isPlannedAnew: true
        ).first.map { CivilDay(number: try $0.integer("day")) }
    }

    /// One behind the last place of an entry `e` of a cursor `c`.
    private static let upper = """
        coalesce((SELECT min(n.lower) FROM receipt_days AS n WHERE n.generation = e.generation AND n.lower > e.lower),
        c.committed_to)
        """

    /// Drops a day's partition; to be called in a transaction of its own.
    ///
    /// Those who write to this very day are kept out first, which hardly ever is anyone. Then it is judged once more, and
    /// readers are kept out at the very end, for as long as dropping takes.
    /// - Returns: what went; `nil` when there is a record by now that does not go.
    /// - Throws: an error of state ``ServerState/lockNotAvailable`` when somebody was in the way.
    func drop(_ day: CivilDay) throws -> RetentionStep? {
        let table = Partitions.name(of: day)
        try session.script("SET LOCAL lock_timeout = '\(DayDrop.lockPatience)'")
        try session.script("LOCK TABLE \(table) IN SHARE ROW EXCLUSIVE MODE")
        guard try droppable([day]) != nil else { return nil }
        var step = RetentionStep()
        let sums = try session.execute(
            """
            SELECT coalesce(sum(records), 0)::bigint AS records, coalesce(sum(bytes), 0)::bigint AS bytes
            FROM receipt_days WHERE day = $1
            """, [.integer(day.number)])
        step.records = try sums.first?.integer("records") ?? 0
        step.bytes = try sums.first?.integer("bytes") ?? 0
        for range in try missed(day) { step.add(range) }
        try MissTable(session).note(step.missed)
        try session.execute(
            """
            UPDATE receipt_days SET records = 0, bytes = 0, replayed_from = NULL, replayed_to = NULL
            WHERE day = $1 AND (records <> 0 OR replayed_to IS NOT NULL)
            """, [.integer(day.number)])
        try session.script("DROP TABLE \(table)")
        return step
    }

    /// What followers have not seen of a day, by generation and place.
    private func missed(_ day: CivilDay) throws -> [MissedRange] {
        guard !plan.followers.isEmpty else { return [] }
        let answer = try session.execute(
            """
            SELECT f.name, e.generation, e.records, o.first, o.last
            FROM receipt_days AS e JOIN cursors AS c ON c.generation = e.generation
            CROSS JOIN unnest($2) AS f (name)
            LEFT JOIN followers AS p ON p.follower = f.name AND p.generation = e.generation
            CROSS JOIN LATERAL (SELECT \(DayDrop.upper) AS upper) AS x
            CROSS JOIN LATERAL (
                SELECT min(r.byte_offset) AS first, max(r.byte_offset) AS last FROM \(Partitions.name(of: day)) AS r
                WHERE r.app = c.app AND r.generation = e.generation AND r.byte_offset >= e.lower
                AND r.byte_offset < x.upper
            ) AS o
            WHERE e.day = $1 AND e.records > 0 AND coalesce(p.position, 0) < x.upper AND o.first IS NOT NULL
            ORDER BY e.generation, e.lower, f.name
            """, [.integer(day.number), .texts(plan.followers.map(\.text))], isPlannedAnew: true)
        return try answer.rows.map { row in
            MissedRange(
                follower: FollowerName(try row.text("name")), generation: GenerationID(try row.integer("generation")),
                range: ByteRange(try row.integer("first"), try row.integer("last") + 1),
                records: try row.integer("records"))
        }
    }
}

extension CivilDay {
    /// When the day is over.
    var end: Timestamp { CivilDay(number: number + 1).start }
}
