import Foundation
import GRDB
public import LogMaintenance
public import LogModel
import StoreSupport

extension SQLiteStore: FieldCatalogue {
    /// Generations whose cursor stands beyond the catalogue's position.
    public func backlog(
        of app: AppID, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [FollowerGap] {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT c.generation AS generation, coalesce(f.position, 0) AS place, c.position AS committed
                    FROM cursors AS c LEFT JOIN followers AS f ON f.follower = ? AND f.generation = c.generation
                    WHERE c.app = ? AND c.generation > ? AND c.position > coalesce(f.position, 0)
                    ORDER BY c.generation LIMIT ?
                    """,
                arguments: [FollowerName.fieldIndex.text, app.text, last?.number ?? 0, limit])
            return try rows.map { try FollowerGap(row: SQLiteRow($0)) }
        }
    }

    /// Applies a step in one transaction.
    public func apply(_ step: CatalogueStep) async throws(StoreError) -> CatalogueOutcome {
        try await write { db in
            let app = try Int64.fetchOne(
                db, sql: "SELECT number FROM apps WHERE id = ? AND deleted_at IS NULL", arguments: [step.app.text])
            guard let app else { return .appDeleted }
            guard try isCurrent(step, in: db) else { return .refused }
            let move = try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO followers (follower, generation, position) VALUES (?, ?, ?)")
            for one in step.moves {
                try move.execute(arguments: [FollowerName.fieldIndex.text, one.generation.number, one.to])
            }
            try add(step, app: app, in: db)
            return .applied
        }
    }

    /// A page of an app's fields.
    public func fields(
        of app: AppID, after last: String?, limit: Int
    ) async throws(StoreError) -> [FieldEntry] {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT path, types, count, first_seen, last_seen FROM fields
                    WHERE app = (SELECT number FROM apps WHERE id = ?) AND path > ? ORDER BY path LIMIT ?
                    """,
                arguments: [app.text, Data((last ?? "").utf8), limit])
            return try rows.map { try FieldEntry(row: SQLiteRow($0)) }
        }
    }

    /// How many times fields were seen for which there was no room.
    public func overflow(of app: AppID) async throws(StoreError) -> Int64 {
        try await read { db in
            try Int64.fetchOne(
                db,
                sql: "SELECT overflow FROM field_totals WHERE app = (SELECT number FROM apps WHERE id = ?)",
                arguments: [app.text]) ?? 0
        }
    }

    /// The fence.
    private func isCurrent(_ step: CatalogueStep, in db: Database) throws -> Bool {
        let find = try db.cachedStatement(
            sql: "SELECT position FROM followers WHERE follower = ? AND generation = ?")
        return try step.moves.allSatisfy { move in
            let position = try Int64.fetchOne(
                find, arguments: [FollowerName.fieldIndex.text, move.generation.number])
            return (position ?? 0) == move.from
        }
    }

    private func add(_ step: CatalogueStep, app: Int64, in db: Database) throws {
        let merge = try db.cachedStatement(
            sql: """
                UPDATE fields SET types = types | ?, count = count + ?, first_seen = min(first_seen, ?),
                last_seen = max(last_seen, ?) WHERE app = ? AND path = ?
                """)
        let insert = try db.cachedStatement(
            sql: "INSERT INTO fields (app, path, types, count, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?)")
        let totals = try Row.fetchOne(
            db, sql: "SELECT paths, overflow FROM field_totals WHERE app = ?", arguments: [app])
        var paths: Int = totals?["paths"] ?? 0
        var overflow: Int64 = (totals?["overflow"] ?? 0) + step.overflow
        for field in step.fields {
            let (first, last) = (field.firstSeen.nanoseconds, field.lastSeen.nanoseconds)
            let path = Data(field.path.utf8)
            let types = Int64(field.types.rawValue)
            try merge.execute(arguments: [types, field.count, first, last, app, path])
            if db.changesCount == 1 { continue }
            guard paths < step.pathLimit else {
                overflow += field.count
                continue
            }
            try insert.execute(arguments: [app, path, types, field.count, first, last])
            paths += 1
        }
        try db.execute(
            sql: "INSERT OR REPLACE INTO field_totals (app, paths, overflow) VALUES (?, ?, ?)",
            arguments: [app, paths, overflow])
    }
}
