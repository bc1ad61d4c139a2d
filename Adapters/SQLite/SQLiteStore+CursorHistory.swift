import Foundation
import GRDB
public import LogCursor
import LogIngestion
public import LogModel
import StoreSupport

extension SQLiteStore: CursorHistory {
    /// The latest steps of a generation's cursor.
    public func steps(of generation: GenerationID) async throws(StoreError) -> [CursorStep] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM cursor_steps WHERE generation = ? ORDER BY number",
                arguments: [generation.number]
            ).map { try CursorStep(row: SQLiteRow($0), of: generation) }
        }
    }

    /// Puts a cursor back.
    public func rewind(
        _ cursor: LogCursor.Cursor, to progress: CursorProgress, at moment: Timestamp
    ) async throws(StoreError) -> RewindOutcome {
        try await write { db in
            guard let kept = try CursorTable(db).latest(cursor.source, cursor.object),
                kept.generation == cursor.generation, kept.epoch == cursor.epoch,
                kept.progress.position == cursor.progress.position,
                try Bool.fetchOne(
                    db, sql: "SELECT deleted_at IS NULL FROM apps WHERE id = ?", arguments: [kept.app.text]) == true
            else { return .refused }
            let position = kept.progress.position
            guard progress.position < position else {
                return progress.position == position ? .alreadyThere : .refused
            }
            try db.execute(
                sql: """
                    UPDATE cursors SET epoch = epoch + 1, owner = NULL, lease_end = NULL, updated_at = ?,
                    rewound_from = max(rewound_from, position),
                    \(CursorProgress.columns.map { "\($0) = ?" }.joined(separator: ", ")) WHERE generation = ?
                    """,
                arguments: [moment.nanoseconds] + progress.arguments + [kept.generation.number])
            try StepTable(db).keep(
                CursorStep(
                    generation: kept.generation, kind: .rewound, from: position, to: progress.position,
                    epoch: kept.epoch + 1, owner: nil, beganAt: moment, endedAt: moment))
            return .rewound
        }
    }
}

/// The rows of `cursor_steps`, inside one transaction.
struct StepTable {
    private let db: Database

    init(_ db: Database) { self.db = db }

    /// Notes a move that was applied: as a part of the last step when it goes on with it.
    func note(_ step: ObjectStep) throws {
        let move = step.move
        guard move.to.position > move.from else { return }
        try db.cachedStatement(
            sql: """
                UPDATE cursor_steps SET upper = ?, ended_at = ?
                WHERE number = (SELECT max(number) FROM cursor_steps WHERE generation = ?)
                AND kind = 'taken' AND epoch = ? AND upper = ?
                """
        ).execute(
            arguments: [
                move.to.position, step.receivedAt.nanoseconds, move.generation.number, move.epoch, move.from,
            ])
        guard db.changesCount == 0 else { return }
        let owner = try String.fetchOne(
            db.cachedStatement(sql: "SELECT owner FROM cursors WHERE generation = ?"),
            arguments: [move.generation.number])
        try keep(
            CursorStep(
                generation: move.generation, kind: .taken, from: move.from, to: move.to.position, epoch: move.epoch,
                owner: owner.map(OwnerID.init(unchecked:)), beganAt: step.receivedAt, endedAt: step.receivedAt))
    }

    /// Adds a step and drops the earliest beyond the limit.
    func keep(_ step: CursorStep) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO cursor_steps (generation, kind, lower, upper, epoch, owner, began_at, ended_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                step.generation.number, step.kind.rawValue, step.from, step.to, step.epoch, step.owner?.text,
                step.beganAt.nanoseconds, step.endedAt.nanoseconds,
            ])
        try db.cachedStatement(
            sql: """
                DELETE FROM cursor_steps WHERE generation = ?1 AND number <= (SELECT number FROM cursor_steps
                WHERE generation = ?1 ORDER BY number DESC LIMIT 1 OFFSET \(CursorStep.limit))
                """
        ).execute(arguments: [step.generation.number])
    }
}
