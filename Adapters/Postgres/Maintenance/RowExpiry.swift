import LogMaintenance
import LogModel
import StoreSupport

/// One step of retention that looks at rows, inside one transaction.
struct RowExpiry {
    private let plan: RetentionPlan
    private let session: PostgresSession
    private var step = RetentionStep()
    private var budget: Int

    init(_ plan: RetentionPlan, limit: Int, _ session: PostgresSession) {
        self.plan = plan
        self.session = session
        // At least one record, whatever is asked for: else a step could stand still.
        budget = max(limit, 2)
    }

    /// Rejects first, when no generation was looked at yet; then records.
    mutating func step(from place: RetentionPlace?) throws -> RetentionStep {
        var start = RetentionPlace(generation: .days, offset: 0)
        if let place, place.generation != .days {
            start = place
        } else {
            try removeRejects()
            guard budget > 0 else {
                step.next = RetentionPlace(generation: .days, offset: .max)
                return step
            }
        }
        let looks = try held(chosen(from: start))
        for (day, looks) in Dictionary(grouping: looks, by: \.entry.day).sorted(by: { $0.key < $1.key }) {
            let table = Partitions.name(of: day)
            // An operator may drop tables as well.
            guard try session.hasTable(table) else {
                try forget(looks)
                continue
            }
            try remove(find(looks, in: table), from: table)
        }
        try MissTable(session).note(step.missed)
        return step
    }

    private mutating func removeRejects() throws {
        let gone = try session.execute(
            """
            DELETE FROM rejects WHERE number = ANY(ARRAY(
                SELECT r.number FROM (\(PlanRules.sql)) AS u CROSS JOIN LATERAL (
                    SELECT number FROM rejects WHERE app = u.number AND received_at < u.ends
                    ORDER BY received_at LIMIT $6
                ) AS r WHERE NOT u.is_deleted LIMIT $6
            ))
            """, PlanRules.values(plan) + [.integer(Int64(budget))], isPlannedAnew: true)
        step.rejects += Int64(gone.changes)
        budget -= gone.changes
    }

    // MARK: - Which entries

    /// An entry to look into.
    private struct Look {
        let entry: ReceiptEntry
        /// The first place to look at.
        let from: Int64
        /// How many records to look at.
        let limit: Int
        /// Whether the step ends with it.
        let isLast: Bool
        /// How far followers are in its generation.
        let positions: [FollowerName: Int64]
    }

    /// Goes through entries in the order of their places until there are records enough for a step.
    private mutating func chosen(from place: RetentionPlace) throws -> [Look] {
        let entries = try ReceiptEntry.page(plan, from: place, limit: budget + 1, in: session)
        let positions = try followerPositions(in: entries.filter { $0.app != nil }.map(\.generation))
        var looks: [Look] = []
        for entry in entries {
            let from = entry.generation == place.generation ? max(entry.lower, place.offset) : entry.lower
            guard budget > 0 else {
                step.next = RetentionPlace(generation: entry.generation, offset: from)
                break
            }
            budget -= 1
            guard entry.app != nil else { continue }
            let positions = positions[entry.generation, default: [:]]
            if from == entry.lower, waits(entry, positions) {
                step.waiting += entry.records
                continue
            }
            guard budget > 0 else {
                step.next = RetentionPlace(generation: entry.generation, offset: from)
                break
            }
            let isLast = entry.records >= Int64(budget)
            let limit = isLast ? budget : Int(entry.records)
            looks.append(Look(entry: entry, from: from, limit: limit, isLast: isLast, positions: positions))
            budget -= limit
        }
        return looks
    }

    /// Whether all of an entry wait for a follower that has seen none of it.
    private func waits(_ entry: ReceiptEntry, _ positions: [FollowerName: Int64]) -> Bool {
        guard !entry.hasReplays, plan.verdict(end: entry.end, receivedAt: entry.day.start, isSeen: false) == .waits
        else { return false }
        return plan.followers.contains { positions[$0, default: 0] <= entry.lower }
    }

    private func followerPositions(
        in generations: [GenerationID]
    ) throws -> [GenerationID: [FollowerName: Int64]] {
        guard !plan.followers.isEmpty, !generations.isEmpty else { return [:] }
        let answer = try session.execute(
            "SELECT follower, generation, position FROM followers WHERE follower = ANY($1) AND generation = ANY($2)",
            [.texts(plan.followers.map(\.text)), .integers(Set(generations).map(\.number).sorted())])
        return try answer.rows.reduce(into: [:]) { found, row in
            let follower = FollowerName(try row.text("follower"))
            found[GenerationID(try row.integer("generation")), default: [:]][follower] = try row.integer("position")
        }
    }

    /// The looks whose entries still hold something, which nobody else changes before the transaction ends.
    private func held(_ looks: [Look]) throws -> [Look] {
        guard !looks.isEmpty else { return [] }
        let answer = try session.execute(
            """
            SELECT e.generation, e.lower FROM receipt_days AS e JOIN unnest($1, $2) AS t (generation, lower)
            ON t.generation = e.generation AND t.lower = e.lower
            WHERE e.records > 0 ORDER BY e.generation, e.lower FOR UPDATE OF e
            """, RowExpiry.places(looks), isPlannedAnew: true)
        let held = try Set(
            answer.rows.map {
                RetentionPlace(generation: GenerationID(try $0.integer("generation")), offset: try $0.integer("lower"))
            })
        return looks.filter { held.contains(RetentionPlace(generation: $0.entry.generation, offset: $0.entry.lower)) }
    }

    private static func places(_ looks: [Look]) -> [PostgresValue] {
        [.integers(looks.map(\.entry.generation.number)), .integers(looks.map(\.entry.lower))]
    }

    /// Notes that nothing is left of entries whose partition is gone.
    private func forget(_ looks: [Look]) throws {
        try session.execute(
            """
            UPDATE receipt_days AS e SET records = 0, bytes = 0, replayed_from = NULL, replayed_to = NULL
            FROM unnest($1, $2) AS t (generation, lower) WHERE e.generation = t.generation AND e.lower = t.lower
            """, RowExpiry.places(looks))
    }

    // MARK: - Which rows

    /// Rows of an entry that lie side by side and go for the same reason.
    private struct Run {
        let entry: ReceiptEntry
        let first: Int64
        var last: Int64
        /// What was received later stays: it came between the look and the removal.
        let receivedBefore: Timestamp
    }

    /// Judges rows of one partition.
    private mutating func find(_ looks: [Look], in table: String) throws -> [Run] {
        let answer = try session.execute(
            RowStatements.look(in: table),
            [
                .integers(looks.map { $0.entry.app ?? 0 }), .integers(looks.map(\.entry.generation.number)),
                .integers(looks.map(\.from)), .integers(looks.map(\.entry.upper)),
                .integers(looks.map { Int64($0.limit) }),
            ], isPlannedAnew: true)
        var runs: [Run] = []
        var counts = Array(repeating: 0, count: looks.count)
        var isRunning = false
        for row in 0..<Int32(answer.count) {
            let number = Int(answer.integer(row, 0)) - 1
            let look = looks[number]
            let offset = answer.integer(row, 1)
            counts[number] += 1
            let end = judge(offset, receivedAt: Timestamp(nanoseconds: answer.integer(row, 2)), look)
            if look.isLast, counts[number] == look.limit {
                step.next = RetentionPlace(generation: look.entry.generation, offset: offset + 1)
            }
            guard let end else {
                isRunning = false
                continue
            }
            if isRunning, let last = runs.last, last.entry.generation == look.entry.generation,
                last.entry.lower == look.entry.lower, last.receivedBefore == end
            {
                runs[runs.count - 1].last = offset
            } else {
                runs.append(Run(entry: look.entry, first: offset, last: offset, receivedBefore: end))
            }
            isRunning = true
        }
        return runs
    }

    /// What becomes of a record.
    /// - Returns: when it must have been received before to go; `nil` when it does not go.
    private mutating func judge(_ offset: Int64, receivedAt: Timestamp, _ look: Look) -> Timestamp? {
        let behind = plan.followers.filter { look.positions[$0, default: 0] <= offset }
        switch plan.verdict(end: look.entry.end, receivedAt: receivedAt, isSeen: behind.isEmpty) {
        case .stays: return nil
        case .waits:
            step.waiting += 1
            return nil
        case .goes: return look.entry.end
        case .goesUnseen:
            for follower in behind {
                step.add(
                    MissedRange(
                        follower: follower, generation: look.entry.generation,
                        range: ByteRange(offset, offset + 1), records: 1))
            }
            return plan.overdue(look.entry.end)
        }
    }

    private mutating func remove(_ runs: [Run], from table: String) throws {
        guard !runs.isEmpty else { return }
        let answer = try session.execute(
            RowStatements.removal(from: table),
            [
                .integers(runs.map { $0.entry.app ?? 0 }), .integers(runs.map(\.entry.generation.number)),
                .integers(runs.map(\.entry.lower)), .integers(runs.map(\.first)), .integers(runs.map(\.last)),
                .integers(runs.map(\.receivedBefore.nanoseconds)),
            ], isPlannedAnew: true)
        step.records += try answer.first?.integer("records") ?? 0
        step.bytes += try answer.first?.integer("bytes") ?? 0
    }
}
