public import LogCursor
import LogIngestion
public import LogModel
import StoreSupport

extension PostgresStore: CursorHistory {
    /// The latest steps of a generation's cursor.
    public func steps(of generation: GenerationID) async throws(StoreError) -> [CursorStep] {
        try await read { session in
            try session.execute(
                """
                SELECT generation, kind, lower, upper, epoch, owner, began_at, ended_at FROM cursor_steps
                WHERE generation = $1 ORDER BY number
                """,
                [.integer(generation.number)]
            ).rows.map { try CursorStep(row: $0, of: generation) }
        }
    }

    /// Puts a cursor back.
    public func rewind(
        _ cursor: LogCursor.Cursor, to progress: CursorProgress, at moment: Timestamp
    ) async throws(StoreError) -> RewindOutcome {
        try await write { session in
            let table = CursorTable(session)
            guard try !table.holdLive([cursor.app]).isEmpty,
                let kept = try table.lockLatest(cursor.source, cursor.object), kept.generation == cursor.generation,
                kept.epoch == cursor.epoch, kept.progress.position == cursor.progress.position
            else { return .refused }
            let position = kept.progress.position
            guard progress.position < position else {
                return progress.position == position ? .alreadyThere : .refused
            }
            try session.execute(
                """
                UPDATE cursors SET epoch = epoch + 1, owner = NULL, lease_end = NULL, updated_at = $1,
                rewound_from = greatest(rewound_from, position), \(CursorProgress.assignments(from: 3))
                WHERE generation = $2
                """,
                [.integer(moment.nanoseconds), .integer(kept.generation.number)] + progress.values)
            try StepTable(session).keep(
                CursorStep(
                    generation: kept.generation, kind: .rewound, from: position, to: progress.position,
                    epoch: kept.epoch + 1, owner: nil, beganAt: moment, endedAt: moment))
            return .rewound
        }
    }
}

/// The rows of `cursor_steps`, inside one transaction.
struct StepTable {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    /// Notes a move that `owner` made: as a part of the last step when it goes on with it.
    func note(_ step: ObjectStep, by owner: OwnerID?) throws {
        let move = step.move
        guard move.to.position > move.from else { return }
        let prolonged = try session.execute(
            """
            UPDATE cursor_steps SET upper = $1, ended_at = $2
            WHERE number = (SELECT max(number) FROM cursor_steps WHERE generation = $3)
            AND kind = 'taken' AND epoch = $4 AND upper = $5
            """,
            [
                .integer(move.to.position), .integer(step.receivedAt.nanoseconds), .integer(move.generation.number),
                .integer(move.epoch), .integer(move.from),
            ])
        guard prolonged.changes == 0 else { return }
        try keep(
            CursorStep(
                generation: move.generation, kind: .taken, from: move.from, to: move.to.position, epoch: move.epoch,
                owner: owner, beganAt: step.receivedAt, endedAt: step.receivedAt))
    }

    /// Adds a step and drops the earliest beyond the limit.
    func keep(_ step: CursorStep) throws {
        try session.execute(
            """
            INSERT INTO cursor_steps (generation, kind, lower, upper, epoch, owner, began_at, ended_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .integer(step.generation.number), .text(step.kind.rawValue), .integer(step.from), .integer(step.to),
                .integer(step.epoch), .text(step.owner?.text), .integer(step.beganAt.nanoseconds),
                .integer(step.endedAt.nanoseconds),
            ])
        try session.execute(
            """
            DELETE FROM cursor_steps WHERE generation = $1 AND number <= (SELECT number FROM cursor_steps
            WHERE generation = $1 ORDER BY number DESC LIMIT 1 OFFSET \(CursorStep.limit))
            """,
            [.integer(step.generation.number)])
    }
}
