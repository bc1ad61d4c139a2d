public import LogMaintenance
public import LogModel
import StoreSupport

extension PostgresStore: FieldCatalogue {
    /// Generations whose cursor stands beyond the catalogue's position.
    public func backlog(
        of app: AppID, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [FollowerGap] {
        try await read { session in
            try session.execute(
                """
                SELECT c.generation, coalesce(f.position, 0) AS place, c.position AS committed
                FROM cursors AS c LEFT JOIN followers AS f ON f.follower = $1 AND f.generation = c.generation
                WHERE c.app = (SELECT number FROM apps WHERE id = $2) AND c.generation > $3
                AND c.position > coalesce(f.position, 0) ORDER BY c.generation LIMIT $4
                """,
                [
                    .text(FollowerName.fieldIndex.text), .text(app.text), .integer(last?.number ?? 0),
                    .integer(Int64(limit)),
                ]
            ).rows.map { try FollowerGap(row: $0) }
        }
    }

    /// Applies a step in one transaction.
    public func apply(_ step: CatalogueStep) async throws(StoreError) -> CatalogueOutcome {
        try await write { try CatalogueTable($0).apply(step) }
    }

    /// A page of an app's fields.
    public func fields(
        of app: AppID, after last: String?, limit: Int
    ) async throws(StoreError) -> [FieldEntry] {
        try await read { session in
            try session.execute(
                """
                SELECT path, types, count, first_seen, last_seen FROM fields
                WHERE app = (SELECT number FROM apps WHERE id = $1) AND path > $2 ORDER BY path LIMIT $3
                """,
                [.text(app.text), .bytes(Array((last ?? "").utf8)), .integer(Int64(limit))]
            ).rows.map { try FieldEntry(row: $0) }
        }
    }

    /// How many times fields were seen for which there was no room.
    public func overflow(of app: AppID) async throws(StoreError) -> Int64 {
        try await read { session in
            try session.execute(
                "SELECT overflow FROM field_totals WHERE app = (SELECT number FROM apps WHERE id = $1)",
                [.text(app.text)]
            ).first?.integer("overflow") ?? 0
        }
    }
}
