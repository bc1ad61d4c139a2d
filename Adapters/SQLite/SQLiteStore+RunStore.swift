import GRDB
public import IngestionJobs
public import LogModel
import StoreSupport

extension SQLiteStore: RunStore {
    /// Adds or changes a run.
    public func save(_ run: Run) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO runs (id, kind, started_at, finished_at, state, apps, objects, bytes,
                    records, rejects, error, skips, untimed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run.id.text, run.kind.rawValue, run.startedAt.nanoseconds, run.finishedAt?.nanoseconds,
                    run.state.rawValue, run.figures.apps, run.figures.objects, run.figures.bytes, run.figures.records,
                    run.figures.rejects, run.error, run.figures.skipsText, run.figures.untimed,
                ])
        }
    }

    /// The run of an id.
    public func run(_ id: RunID) async throws(StoreError) -> Run? {
        try await read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM runs WHERE id = ?", arguments: [id.text])
                .flatMap { try Run(rowWithSkipsText: SQLiteRow($0)) }
        }
    }

    /// A page of runs, the newest first.
    public func runs(kind: RunKind?, before last: RunID?, limit: Int) async throws(StoreError) -> [Run] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM runs WHERE (:kind IS NULL OR kind = :kind) AND (:last IS NULL OR id < :last)
                    ORDER BY id DESC LIMIT :limit
                    """,
                arguments: ["kind": kind?.rawValue, "last": last?.text, "limit": limit]
            ).compactMap { try Run(rowWithSkipsText: SQLiteRow($0)) }
        }
    }

    /// Marks runs as interrupted that are still marked as running.
    public func interrupt(
        _ kind: RunKind, except current: RunID, at moment: Timestamp
    ) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: """
                    UPDATE runs SET state = 'interrupted', finished_at = ?
                    WHERE kind = ? AND state = 'running' AND id <> ?
                    """,
                arguments: [moment.nanoseconds, kind.rawValue, current.text])
        }
    }
}
