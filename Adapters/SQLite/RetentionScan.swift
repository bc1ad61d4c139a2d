import GRDB
import LogMaintenance
import LogModel

/// What one look at the records found that may go.
struct RetentionScan: Sendable {
    /// What is known of the step before anything is removed.
    private(set) var step = RetentionStep()
    /// The records that go.
    private(set) var records: [RetentionPlace] = []
    /// The numbers of the rejects that go.
    private(set) var rejects: [Int64] = []

    private let plan: RetentionPlan
    private var budget: Int

    /// Whether nothing goes.
    var isEmpty: Bool { records.isEmpty && rejects.isEmpty }

    init(_ plan: RetentionPlan, from place: RetentionPlace?, limit: Int, in db: Database) throws {
        self.plan = plan
        // At least one record, whatever is asked for: else a step could stand still.
        budget = max(limit, 2)
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT c.generation AS generation, c.app AS app, c.rewound_from AS rewound_from FROM cursors AS c
                JOIN apps AS a ON a.id = c.app AND a.deleted_at IS NULL
                WHERE c.generation >= ? ORDER BY c.generation LIMIT ?
                """,
            arguments: [place?.generation.number ?? 0, budget + 1])
        for row in rows {
            let generation = GenerationID(row["generation"])
            let from = generation == place?.generation ? place?.offset ?? 0 : 0
            guard budget > 0 else {
                step.next = RetentionPlace(generation: generation, offset: 0)
                return
            }
            budget -= 1
            guard let end = plan.end(of: AppID(unchecked: row["app"])) else { continue }
            if from == 0 { try findRejects(of: generation, before: end, in: db) }
            guard budget > 0 else {
                // The rejects of this step are gone when the next one looks here again.
                step.next = RetentionPlace(generation: generation, offset: from)
                return
            }
            let isDone = try findRecords(
                of: generation, from: from, before: end, rewoundFrom: row["rewound_from"], in: db)
            guard isDone else { return }
        }
    }

    private mutating func findRejects(of generation: GenerationID, before end: Timestamp, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT number FROM rejects WHERE generation = ? AND received_at < ? LIMIT ?")
        let numbers = try Int64.fetchAll(
            statement, arguments: [generation.number, end.nanoseconds, budget])
        rejects += numbers
        budget -= numbers.count
    }

    /// - Returns: whether the generation was looked at to its end, or as far as it is worth.
    private mutating func findRecords(
        of generation: GenerationID, from offset: Int64, before end: Timestamp, rewoundFrom: Int64, in db: Database
    ) throws -> Bool {
        let positions = try followerPositions(in: generation, db)
        let statement = try db.cachedStatement(
            sql: """
                SELECT offset, received_at FROM records WHERE generation = ? AND offset >= ? ORDER BY offset LIMIT ?
                """)
        let rows = try Row.fetchCursor(statement, arguments: [generation.number, offset, budget + 1])
        while let row = try rows.next() {
            let place = RetentionPlace(generation: generation, offset: row[0])
            guard budget > 0 else {
                step.next = place
                return false
            }
            budget -= 1
            let behind = plan.followers.filter { positions[$0.text, default: 0] <= place.offset }
            let received = Timestamp(nanoseconds: row[1])
            switch plan.verdict(end: end, receivedAt: received, isSeen: behind.isEmpty) {
            case .stays:
                guard place.offset < rewoundFrom else { return true }
            case .waits: step.waiting += 1
            case .goes: records.append(place)
            case .goesUnseen:
                records.append(place)
                for follower in behind {
                    step.add(
                        MissedRange(
                            follower: follower, generation: generation,
                            range: ByteRange(place.offset, place.offset + 1), records: 1))
                }
            }
        }
        return true
    }

    private func followerPositions(in generation: GenerationID, _ db: Database) throws -> [String: Int64] {
        let statement = try db.cachedStatement(
            sql: "SELECT follower, position FROM followers WHERE generation = ?")
        let rows = try Row.fetchAll(statement, arguments: [generation.number])
        return Dictionary(rows.map { ($0[0] as String, $0[1] as Int64) }) { first, _ in first }
    }
}
