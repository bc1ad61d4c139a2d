import LogMaintenance
import LogModel
import StoreSupport

/// The steps of the field catalogue inside one transaction.
struct CatalogueTable {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    func apply(_ step: CatalogueStep) throws -> CatalogueOutcome {
        guard let app = try CursorTable(session).holdLive([step.app])[step.app] else { return .appDeleted }
        var totals = try holdTotals(of: app)
        guard try isCurrent(step) else { return .refused }
        try move(step)
        try add(step, app, &totals)
        try session.execute(
            "UPDATE field_totals SET paths = $2, overflow = $3 WHERE app = $1",
            [.integer(app), .integer(totals.paths), .integer(totals.overflow)])
        return .applied
    }

    private struct Totals {
        var paths: Int64
        var overflow: Int64
    }

    /// What an app has; no other step of the app is applied before the transaction ends.
    private func holdTotals(of app: Int64) throws -> Totals {
        try session.execute(
            "INSERT INTO field_totals VALUES ($1::bigint, 0, 0) ON CONFLICT DO NOTHING", [.integer(app)])
        let answer = try session.execute(
            "SELECT paths, overflow FROM field_totals WHERE app = $1 FOR UPDATE", [.integer(app)])
        guard let row = answer.first else { throw PostgresError(.unreadable, "an app has no totals of fields") }
        return Totals(paths: try row.integer("paths"), overflow: try row.integer("overflow"))
    }

    /// The fence.
    private func isCurrent(_ step: CatalogueStep) throws -> Bool {
        try session.execute(
            """
            SELECT 1 FROM unnest($2, $3) AS m (generation, position)
            LEFT JOIN followers AS f ON f.follower = $1 AND f.generation = m.generation
            WHERE coalesce(f.position, 0) <> m.position LIMIT 1
            """,
            [
                .text(FollowerName.fieldIndex.text), .integers(step.moves.map(\.generation.number)),
                .integers(step.moves.map(\.from)),
            ]
        ).count == 0
    }

    private func move(_ step: CatalogueStep) throws {
        try session.execute(
            """
            INSERT INTO followers (follower, generation, position)
            SELECT $1, m.generation, m.position FROM unnest($2, $3) AS m (generation, position)
            ON CONFLICT (follower, generation) DO UPDATE SET position = excluded.position
            """,
            [
                .text(FollowerName.fieldIndex.text), .integers(step.moves.map(\.generation.number)),
                .integers(step.moves.map(\.to)),
            ])
    }

    private func add(_ step: CatalogueStep, _ app: Int64, _ totals: inout Totals) throws {
        let answer = try session.execute(
            "SELECT path FROM fields WHERE app = $1 AND path = ANY($2)",
            [.integer(app), .byteStrings(step.fields.map { Array($0.path.utf8) })])
        // By bytes: texts that look alike are two paths.
        let known = try Set(answer.rows.map { try $0.bytes("path") })
        let room = max(0, Int64(step.pathLimit) - totals.paths)
        let new = step.fields.filter { !known.contains(Array($0.path.utf8)) }
        let taken = new.prefix(Int(clamping: room))
        try merge(step.fields.filter { known.contains(Array($0.path.utf8)) }, app)
        try insert(Array(taken), app)
        totals.paths += Int64(taken.count)
        totals.overflow += step.overflow + new.dropFirst(taken.count).reduce(0) { $0 + $1.count }
    }

    private func merge(_ fields: [FieldEntry], _ app: Int64) throws {
        guard !fields.isEmpty else { return }
        try session.execute(
            """
            UPDATE fields AS f SET types = f.types | s.types::smallint, count = f.count + s.count,
            first_seen = least(f.first_seen, s.first_seen), last_seen = greatest(f.last_seen, s.last_seen)
            FROM unnest($2, $3, $4, $5, $6) AS s (path, types, count, first_seen, last_seen)
            WHERE f.app = $1 AND f.path = s.path
            """, [.integer(app)] + CatalogueTable.columns(fields))
    }

    private func insert(_ fields: [FieldEntry], _ app: Int64) throws {
        guard !fields.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO fields (app, path, types, count, first_seen, last_seen)
            SELECT $1::bigint, s.path, s.types, s.count, s.first_seen, s.last_seen
            FROM unnest($2, $3, $4, $5, $6) AS s (path, types, count, first_seen, last_seen)
            """, [.integer(app)] + CatalogueTable.columns(fields))
    }

    private static func columns(_ fields: [FieldEntry]) -> [PostgresValue] {
        [
            .byteStrings(fields.map { Array($0.path.utf8) }), .integers(fields.map { Int64($0.types.rawValue) }),
            .integers(fields.map(\.count)), .integers(fields.map(\.firstSeen.nanoseconds)),
            .integers(fields.map(\.lastSeen.nanoseconds)),
        ]
    }
}
