import GRDB
import LogIngestion
import LogModel

/// What is known of writers, inside one transaction.
struct WriterTable {
    private let db: Database

    init(_ db: Database) { self.db = db }

    func state(of writer: WriterID, _ app: AppID) throws -> WriterState {
        let statement = try db.cachedStatement(sql: "SELECT version, taken FROM writers WHERE app = ? AND writer = ?")
        guard let row = try Row.fetchOne(statement, arguments: [app.text, writer.text]) else { return WriterState() }
        guard let taken = SequenceSet(row["taken"] as String) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "what was taken of a writer is unreadable")
        }
        return WriterState(taken: taken, version: row["version"])
    }

    /// Whether every writer of a step is at the version that its move builds on.
    func isCurrent(_ step: ObjectStep) throws -> Bool {
        try step.writers.allSatisfy { try state(of: $0.writer, step.app).version == $0.from }
    }

    func apply(_ step: ObjectStep) throws {
        for move in step.writers {
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO writers VALUES (?, ?, ?, ?, ?)").execute(
                arguments: [
                    step.app.text, move.writer.text, move.to.version, move.to.taken.description,
                    step.receivedAt.nanoseconds,
                ])
        }
    }
}
