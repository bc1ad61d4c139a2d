import LogIngestion
import LogModel
import StoreSupport

/// What is known of writers.
struct WriterTable {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    func state(of writer: WriterID, _ app: AppID) throws -> WriterState {
        let answer = try session.execute(
            "SELECT version, taken FROM writers WHERE app = $1 AND writer = $2", [.text(app.text), .text(writer.text)])
        guard let row = answer.first else { return WriterState() }
        guard let taken = SequenceSet(try row.text("taken")) else {
            throw PostgresError(.unreadable, "what was taken of a writer is unreadable")
        }
        return WriterState(taken: taken, version: try row.integer("version"))
    }

    /// Whether every writer of a step is at the version that its move builds on, and stays there until the transaction
    /// ends.
    func isCurrent(_ step: ObjectStep) throws -> Bool {
        try step.writers.allSatisfy { move in
            let answer = try session.execute(
                "SELECT version FROM writers WHERE app = $1 AND writer = $2 FOR UPDATE",
                [.text(step.app.text), .text(move.writer.text)])
            return try answer.first?.integer("version") ?? 0 == move.from
        }
    }

    /// Writes what a step says of its writers.
    /// - Throws: an error after which the commit is tried again, when another commit was first to know of a writer.
    func apply(_ step: ObjectStep) throws {
        for move in step.writers {
            let applied = try session.execute(
                """
                INSERT INTO writers VALUES ($1, $2, $3, $4, $5) ON CONFLICT (app, writer) DO UPDATE
                SET version = excluded.version, taken = excluded.taken, updated_at = excluded.updated_at
                WHERE writers.version = $6
                """,
                [
                    .text(step.app.text), .text(move.writer.text), .integer(move.to.version),
                    .text(move.to.taken.description), .integer(step.receivedAt.nanoseconds), .integer(move.from),
                ])
            guard applied.changes == 1 else {
                throw PostgresError(.server(ServerState.serializationFailure), "a writer was first heard of elsewhere")
            }
        }
    }
}
