import LogCursor
import LogIngestion
import LogModel
import StoreSupport

/// The steps of one commit, inside its transaction.
struct StepCommit {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    /// What the fence found out about a cursor that it moved.
    private struct Passage {
        /// The number of the cursor's app.
        let app: Int32
        let owner: OwnerID?
        /// The highest position that had been committed: what lies before may be stored already.
        let committed: Int64
        /// The day that its latest records were received on.
        let day: CivilDay?
    }

    func apply(_ steps: [ObjectStep]) throws -> [StepOutcome] {
        try lock(steps)
        var fresh: [RecordCopy.Part] = []
        var replayed: [RecordCopy.Part] = []
        var outcomes: [StepOutcome] = []
        for step in steps {
            guard try WriterTable(session).isCurrent(step) else {
                outcomes.append(.writerMoved)
                continue
            }
            guard let passage = try move(step) else {
                outcomes.append(try isDeleted(step.app) ? .appDeleted : .refused)
                continue
            }
            outcomes.append(.applied)
            try WriterTable(session).apply(step)
            try StepTable(session).note(step, by: passage.owner)
            try RejectInsertion(session).insert(step, app: passage.app)
            let parts = try parts(of: step, passage)
            fresh += parts.fresh
            replayed += parts.replayed
        }
        let copy = RecordCopy(session)
        try copy.add(fresh)
        try copy.addMissing(replayed)
        return outcomes
    }

    /// Locks what the steps touch, always in one order, so that commits wait for each other and never crosswise.
    private func lock(_ steps: [ObjectStep]) throws {
        _ = try CursorTable(session).holdLive(Set(steps.map(\.app)))
        guard steps.count > 1 else { return }
        try session.execute(
            "SELECT 1 FROM cursors WHERE generation = ANY($1) ORDER BY generation FOR UPDATE",
            [.integers(Array(Set(steps.map(\.move.generation.number))))])
    }

    /// The fence: moves the cursor if it stands where the step says, under the step's epoch, and its app is not deleted.
    private func move(_ step: ObjectStep) throws -> Passage? {
        let move = step.move
        let answer = try session.execute(
            """
            UPDATE cursors SET updated_at = $1, committed_before = committed_to,
            committed_to = greatest(committed_to, $5), \(CursorProgress.assignments(from: 5))
            WHERE generation = $2 AND position = $3 AND epoch = $4
            AND NOT EXISTS (SELECT 1 FROM apps WHERE apps.number = cursors.app AND deleted_at IS NOT NULL)
            RETURNING app, owner, committed_before, received_day
            """,
            [
                .integer(step.receivedAt.nanoseconds), .integer(move.generation.number), .integer(move.from),
                .integer(move.epoch),
            ] + move.to.values)
        return try answer.first.map { row in
            Passage(
                app: Int32(truncatingIfNeeded: try row.integer("app")),
                owner: try row.optionalText("owner").map(OwnerID.init(unchecked:)),
                committed: try row.integer("committed_before"),
                day: try row.optionalInteger("received_day").map(CivilDay.init(number:)))
        }
    }

    private func isDeleted(_ app: AppID) throws -> Bool {
        try session.execute("SELECT 1 FROM apps WHERE id = $1 AND deleted_at IS NOT NULL", [.text(app.text)]).count == 1
    }

    // MARK: - Days

    /// The records of a step by the days that they belong to.
    ///
    /// What was never committed before is of today. What was is of the day that it was first received on: there, and
    /// nowhere else, its place may be taken.
    private func parts(
        of step: ObjectStep, _ passage: Passage
    ) throws -> (fresh: [RecordCopy.Part], replayed: [RecordCopy.Part]) {
        let records = step.records
        guard !records.isEmpty else { return ([], []) }
        let today = CivilDay(of: step.receivedAt)
        guard let latest = passage.day else {
            // The first records of the generation: none of its places can be taken.
            try note(today, from: 0, of: step.move.generation)
            return ([RecordCopy.Part(step: step, app: passage.app, rows: 0..<records.count, day: today)], [])
        }
        let border = records.offsets.firstIndex { $0 >= passage.committed } ?? records.count
        var fresh: [RecordCopy.Part] = []
        if border < records.count {
            if latest != today { try note(today, from: passage.committed, of: step.move.generation) }
            fresh.append(RecordCopy.Part(step: step, app: passage.app, rows: border..<records.count, day: today))
        }
        guard border > 0 else { return (fresh, []) }
        return (fresh, try replayed(step, 0..<border, passage))
    }

    private func replayed(_ step: ObjectStep, _ rows: Range<Int>, _ passage: Passage) throws -> [RecordCopy.Part] {
        let answer = try session.execute(
            "SELECT lower, day FROM receipt_days WHERE generation = $1 ORDER BY lower",
            [.integer(step.move.generation.number)])
        let days = try answer.rows.map { (lower: try $0.integer("lower"), day: try $0.integer("day")) }
        let offsets = step.records.offsets
        return days.indices.compactMap { index in
            let end = index + 1 < days.count ? days[index + 1].lower : .max
            let first = offsets[rows].firstIndex { $0 >= days[index].lower } ?? rows.upperBound
            let last = offsets[rows].firstIndex { $0 >= end } ?? rows.upperBound
            guard first < last else { return nil }
            return RecordCopy.Part(
                step: step, app: passage.app, rows: first..<last, day: CivilDay(number: days[index].day))
        }
    }

    /// Notes that from a position on a generation's records are of a day.
    private func note(_ day: CivilDay, from lower: Int64, of generation: GenerationID) throws {
        try session.execute(
            "INSERT INTO receipt_days VALUES ($1, $2, $3)",
            [.integer(generation.number), .integer(lower), .integer(day.number)])
        try session.execute(
            "UPDATE cursors SET received_day = $1 WHERE generation = $2",
            [.integer(day.number), .integer(generation.number)])
    }
}
