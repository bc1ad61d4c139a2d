public import IngestionJobs
public import LogModel
import StoreSupport

extension PostgresStore: RunStore {
    /// Adds or changes a run.
    public func save(_ run: Run) async throws(StoreError) {
        try await write { session in
            try session.run(
                """
                INSERT INTO runs (\(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                ON CONFLICT (id) DO UPDATE SET (\(columns)) = (SELECT excluded.*)
                """,
                [
                    .text(run.id.text), .text(run.kind.rawValue), .integer(run.startedAt.nanoseconds),
                    .integer(run.finishedAt?.nanoseconds), .text(run.state.rawValue), .integer(run.figures.apps),
                    .integer(run.figures.objects), .integer(run.figures.bytes), .integer(run.figures.records),
                    .integer(run.figures.rejects), .text(run.error?.replacing("\0", with: "\u{FFFD}")),
                    .text(run.figures.skipsText), .integer(run.figures.untimed),
                ])
        }
    }

    /// The run of an id.
    public func run(_ id: RunID) async throws(StoreError) -> Run? {
        try await read { session in
            try session.execute("SELECT \(columns) FROM runs WHERE id = $1", [.text(id.text)]).first
                .flatMap { try Run(rowWithSkipsText: $0) }
        }
    }

    /// A page of runs, the newest first.
    public func runs(kind: RunKind?, before last: RunID?, limit: Int) async throws(StoreError) -> [Run] {
        try await read { session in
            var conditions: [String] = []
            var values: [PostgresValue] = [.integer(Int64(limit))]
            for (column, text) in [("kind =", kind?.rawValue), ("id <", last?.text)] {
                guard let text else { continue }
                values.append(.text(text))
                conditions.append("\(column) $\(values.count)")
            }
            let condition = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
            return try session.execute("SELECT \(columns) FROM runs \(condition) ORDER BY id DESC LIMIT $1", values)
                .rows.compactMap { try Run(rowWithSkipsText: $0) }
        }
    }

    /// Marks runs as interrupted that are still marked as running.
    public func interrupt(
        _ kind: RunKind, except current: RunID, at moment: Timestamp
    ) async throws(StoreError) {
        try await write { session in
            try session.run(
                """
                UPDATE runs SET state = 'interrupted', finished_at = $1
                WHERE kind = $2 AND state = 'running' AND id <> $3
                """,
                [.integer(moment.nanoseconds), .text(kind.rawValue), .text(current.text)])
        }
    }
}

private let columns =
    "id, kind, started_at, finished_at, state, apps, objects, bytes, records, rejects, error, skips, "
    + "untimed"
