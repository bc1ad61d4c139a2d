import Foundation
import GRDB
import LogCursor
public import LogIngestion
public import LogModel
import StoreSupport

/// Commits into SQLite: the fence first, then the rows, all in one transaction.
extension SQLiteStore: CommitStore {
    /// Applies steps in one transaction.
    public func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        do {
            return try await write { db in try steps.map { try apply($0, in: db) } }
        } catch {
            throw error.ofCommit
        }
    }

    private func apply(_ step: ObjectStep, in db: Database) throws -> StepOutcome {
        let outcome = try move(step, in: db)
        guard outcome == .applied else { return outcome }
        try WriterTable(db).apply(step)
        try StepTable(db).note(step)
        try removeRejects(judgedAnewBy: step, in: db)
        guard !step.records.isEmpty || !step.rejects.isEmpty else { return outcome }
        let app = try appNumber(step.app, in: db)
        try RecordInsertion(db).insert(step, app: app)
        try insertRejects(of: step, app: app, in: db)
        return outcome
    }

    /// What is known of a writer.
    public func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        try await read { try WriterTable($0).state(of: writer, app) }
    }

    /// Moves the cursor if it stands where the step says, under the step's epoch, and the app is not deleted.
    private func move(_ step: ObjectStep, in db: Database) throws -> StepOutcome {
        guard try WriterTable(db).isCurrent(step) else { return .writerMoved }
        let statement = try db.cachedStatement(
            sql: """
                UPDATE cursors SET updated_at = ?, \(CursorProgress.columns.map { "\($0) = ?" }.joined(separator: ", "))
                WHERE generation = ? AND position = ? AND epoch = ?
                AND NOT EXISTS (SELECT 1 FROM apps WHERE apps.id = cursors.app AND deleted_at IS NOT NULL)
                """)
        let move = step.move
        try statement.execute(
            arguments: [step.receivedAt.nanoseconds] + move.to.arguments
                + [move.generation.number, move.from, move.epoch])
        if db.changesCount == 1 { return .applied }
        let isDeleted = try Bool.fetchOne(
            db, sql: "SELECT deleted_at IS NOT NULL FROM apps WHERE id = ?", arguments: [step.app.text])
        return isDeleted == true ? .appDeleted : .refused
    }

    private func appNumber(_ app: AppID, in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT number FROM apps WHERE id = ?")
        guard let number = try Int64.fetchOne(statement, arguments: [app.text]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a cursor's app is unknown")
        }
        return number
    }

    /// Removes the rejects that were kept of the step's bytes when they were judged before.
    private func removeRejects(judgedAnewBy step: ObjectStep, in db: Database) throws {
        guard let range = step.rangeJudgedAnew else { return }
        try db.cachedStatement(sql: "DELETE FROM rejects WHERE generation = ? AND lower >= ? AND lower < ?").execute(
            arguments: [step.move.generation.number, range.lower, range.upper])
    }

    private func insertRejects(of step: ObjectStep, app: Int64, in db: Database) throws {
        let generation = step.move.generation.number
        for reject in step.rejects {
            if reject.continues, try prolong(reject, of: generation, in: db) { continue }
            try db.cachedStatement(
                sql: """
                    INSERT INTO rejects (app, generation, lower, upper, line_number, reason, sample, received_at)
                    SELECT ?, ?, ?, ?, ?, ?, ?, ?
                    WHERE (SELECT count(*) FROM rejects WHERE generation = ? AND lower < ?) < \(Reject.rowLimit)
                    ON CONFLICT (generation, lower) DO NOTHING
                    """
            ).execute(
                arguments: [
                    app, generation, reject.range.lower, reject.range.upper, reject.lineNumber, reject.reason.rawValue,
                    Data(reject.sample), step.receivedAt.nanoseconds, generation, step.move.to.position,
                ])
        }
    }

    /// Makes the reject that ends where this one begins end where this one ends.
    private func prolong(_ reject: Reject, of generation: Int64, in db: Database) throws -> Bool {
        let find = try db.cachedStatement(
            sql: "SELECT number, sample FROM rejects WHERE generation = ? AND upper = ? AND reason = ?")
        guard
            let row = try Row.fetchOne(
                find, arguments: [generation, reject.range.lower, reject.reason.rawValue])
        else { return false }
        let sample = (row["sample"] as Data + Data(reject.sample)).prefix(Reject.sampleLimit)
        try db.cachedStatement(sql: "UPDATE rejects SET upper = ?, sample = ? WHERE number = ?").execute(
            arguments: [reject.range.upper, Data(sample), row["number"] as Int64])
        return true
    }
}
