import LogMaintenance
import LogModel

/// One look at the records and what it found that may go, inside one transaction.
struct RetentionScan {
    /// Records that lie side by side and all go.
    private struct Stretch {
        let generation: GenerationID
        let first: Int64
        var last: Int64
    }

    /// The most rows that a step looks at, whatever is asked for: what it removes is then far below what a transaction
    /// may hold.
    static let rowLimit = 10_000
    /// How many records are read at a time: so many are looked at in vain, at most, behind the last that goes.
    static let sliceRows = 250

    private let client: MongoClient
    private let plan: RetentionPlan
    private var budget: Int
    private var step = RetentionStep()
    private var stretches: [Stretch] = []
    private var rejects: [Int64] = []

    /// Looks at generations; the apps' deletion is judged again, in the transaction.
    init(_ plan: RetentionPlan, _ generations: AgeingGenerations, rows: Int, _ client: MongoClient) throws {
        self.client = client
        self.plan = plan
        budget = rows
        let active = try client.activeApps(generations.worthALook.map(\.app))
        for generation in generations.worthALook {
            guard budget > 0 else {
                step.next = RetentionPlace(generation: generation.id, offset: generation.from)
                return
            }
            budget -= 1
            guard active.contains(generation.app), let end = plan.end(of: generation.app) else { continue }
            if generation.from == 0, generation.hasRejects { try findRejects(of: generation.id, before: end) }
            guard budget > 0 else {
                // The rejects of this step are gone when the next one looks here again.
                step.next = RetentionPlace(generation: generation.id, offset: generation.from)
                return
            }
            guard generation.hasOldRecords else { continue }
            guard try findRecords(of: generation, before: end) else { return }
        }
        step.next = generations.next.map { RetentionPlace(generation: $0, offset: 0) }
    }

    /// Removes what was found.
    /// - Returns: what the step did.
    func remove() throws -> RetentionStep {
        let removed = try client.remove(
            Collection.records,
            stretches.map { StoredSlices.range(of: $0.generation, from: $0.first, to: $0.last) })
        // A snapshot holds the same records throughout; were it otherwise, the figures would be wrong.
        guard removed == Int(step.records) else {
            throw MongoError(.call, "records changed within a transaction", isTransient: true)
        }
        var step = step
        if !rejects.isEmpty {
            step.rejects = Int64(
                try client.remove(Collection.rejects, ["_id": ["$in": .array(rejects.map(BSONValue.int64))]]))
        }
        try FollowerTable(client).note(step.missed)
        return step
    }

    private mutating func findRejects(of generation: GenerationID, before end: Timestamp) throws {
        let found = try client.all(
            .find(
                Collection.rejects,
                ["generation": .int64(generation.number), "received_at": ["$lt": .int64(end.nanoseconds)]],
                [
                    "sort": ["received_at": 1], "hint": "rejects_by_receipt", "limit": BSONValue(budget),
                    "projection": ["_id": 1],
                ]))
        rejects += try found.map { try $0.number("_id") }
        budget -= found.count
    }

    /// - Returns: whether the generation was looked at to its end, or as far as it is worth.
    private mutating func findRecords(
        of generation: AgeingGeneration, before end: Timestamp
    ) throws -> Bool {
        let positions = try FollowerTable(client).positions(in: generation.id)
        var offset = generation.from
        // Whether the record before goes as well.
        var goesOn = false
        while true {
            let most = min(budget + 1, RetentionScan.sliceRows)
            let records = try client.agedRecords(of: generation.id, from: offset, limit: most)
            for record in records {
                guard budget > 0 else {
                    step.next = RetentionPlace(generation: generation.id, offset: record.offset)
                    return false
                }
                budget -= 1
                let behind = plan.followers.filter { positions[$0] ?? 0 <= record.offset }
                switch plan.verdict(end: end, receivedAt: record.receivedAt, isSeen: behind.isEmpty) {
                case .stays:
                    guard record.offset < generation.rewoundFrom else { return true }
                    goesOn = false
                case .waits:
                    step.waiting += 1
                    goesOn = false
                case .goes, .goesUnseen:
                    take(record, of: generation.id, prolonging: goesOn, missedBy: behind)
                    goesOn = true
                }
            }
            guard records.count == most, let last = records.last else { return true }
            offset = last.offset + 1
        }
    }

    private mutating func take(
        _ record: AgedRecord, of generation: GenerationID, prolonging: Bool, missedBy followers: [FollowerName]
    ) {
        step.records += 1
        step.bytes += record.bytes
        if prolonging {
            stretches[stretches.count - 1].last = record.offset
        } else {
            stretches.append(Stretch(generation: generation, first: record.offset, last: record.offset))
        }
        for follower in followers {
            step.add(
                MissedRange(
                    follower: follower, generation: generation, range: ByteRange(record.offset, record.offset + 1),
                    records: 1))
        }
    }
}
