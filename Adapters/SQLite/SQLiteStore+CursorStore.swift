import GRDB
public import LogCursor
public import LogModel
import StoreSupport

/// Cursors in SQLite; leases are judged by the store's own clock.
extension SQLiteStore: CursorStore {
    /// The cursors of the latest generations of some objects.
    public func latest(
        in source: SourceID, of objects: [ObjectKey]
    ) async throws(StoreError) -> [ObjectKey: LogCursor.Cursor] {
        try await read { db in
            let table = CursorTable(db)
            var found: [ObjectKey: LogCursor.Cursor] = [:]
            for object in objects { found[object] = try table.latest(source, object) }
            return found
        }
    }

    /// Tries to take objects.
    public func claim(
        _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
    ) async throws(StoreError) -> [ClaimOutcome] {
        try await write { db in
            let table = CursorTable(db)
            return try requests.map { try table.claim($0, by: owner, for: lease) }
        }
    }

    /// Ends a generation and begins the next one.
    public func beginNext(
        after claim: Claim, because reason: GenerationReason, for lease: Duration
    ) async throws(StoreError) -> Claim? {
        try await write { db in
            try CursorTable(db).beginNext(after: claim, because: reason, for: lease)
        }
    }

    /// Prolongs claims.
    public func extend(_ claims: [Claim], for lease: Duration) async throws(StoreError) -> Set<GenerationID> {
        try await write { db in
            var lost: Set<GenerationID> = []
            for claim in claims {
                try db.execute(
                    sql: """
                        UPDATE cursors SET lease_end = \(LeaseClock.sql) + ? WHERE generation = ? AND epoch = ? AND owner = ?
                        """,
                    arguments: [lease.wholeNanoseconds, claim.generation.number, claim.epoch, claim.cursor.owner?.text])
                if db.changesCount == 0 { lost.insert(claim.generation) }
            }
            return lost
        }
    }

    /// Gives claims up.
    public func release(_ claims: [Claim]) async throws(StoreError) {
        try await write { db in
            let table = CursorTable(db)
            for claim in claims { try table.giveUp(claim) }
        }
    }

    /// A page of cursors.
    public func cursors(
        of app: AppID?, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [LogCursor.Cursor] {
        try await read { db in
            let condition = app == nil ? "" : "app = :app AND"
            return try Row.fetchAll(
                db,
                sql: "SELECT * FROM cursors WHERE \(condition) generation > :last ORDER BY generation LIMIT :limit",
                arguments: app == nil
                    ? ["last": last?.number ?? 0, "limit": limit]
                    : ["app": app?.text, "last": last?.number ?? 0, "limit": limit]
            ).map(LogCursor.Cursor.init(row:))
        }
    }
}
