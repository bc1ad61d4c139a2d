import GRDB
import LogCursor
import LogModel
import StoreSupport

/// The steps of cursors inside one transaction.
struct CursorTable {
    private let db: Database

    init(_ db: Database) { self.db = db }

    func beginNext(
        after claim: Claim, because reason: GenerationReason, for lease: Duration
    ) throws -> Claim? {
        guard let owner = claim.cursor.owner, try isLatest(claim, of: owner) else { return nil }
        let cursor = claim.cursor
        try end(cursor)
        let request = ClaimRequest(after: cursor)
        try mint(request, ordinal: cursor.ordinal + 1, because: reason, epoch: claim.epoch)
        guard let next = try latest(cursor.source, cursor.object) else { return nil }
        return try take(next, by: owner, for: lease).map(Claim.init(cursor:))
    }

    /// Whether a claim stands and no later generation has begun.
    private func isLatest(_ claim: Claim, of owner: OwnerID) throws -> Bool {
        let latest = try latest(claim.cursor.source, claim.cursor.object)
        return latest?.generation == claim.generation && latest?.epoch == claim.epoch && latest?.owner == owner
    }

    func latest(_ source: SourceID, _ object: ObjectKey) throws -> LogCursor.Cursor? {
        let statement = try db.cachedStatement(
            sql: "SELECT * FROM cursors WHERE source = ? AND object = ? ORDER BY ordinal DESC LIMIT 1")
        return try Row.fetchOne(statement, arguments: [source.text, object.text]).map(LogCursor.Cursor.init(row:))
    }

    func claim(
        _ request: ClaimRequest, by owner: OwnerID, for lease: Duration
    ) throws -> ClaimOutcome {
        let isDeleted = try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT deleted_at IS NOT NULL FROM apps WHERE id = ?"),
            arguments: [request.app.text])
        guard isDeleted == false else { return .appDeleted }
        if let known = try latest(request.source, request.object) {
            if let end = try leaseOfAnother(known, than: owner) { return .held(until: end) }
            if case .next(let reason) = GenerationVerdict.judging(
                identity: request.identity, size: request.size, against: known)
            {
                try end(known)
                try mint(request, ordinal: known.ordinal + 1, because: reason, epoch: known.epoch)
            }
        } else {
            try mint(request, ordinal: 1, because: .first, epoch: 0)
        }
        guard let cursor = try latest(request.source, request.object),
            let taken = try take(cursor, by: owner, for: lease)
        else { throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "a claimed cursor was not found again") }
        return .claimed(Claim(cursor: taken))
    }

    /// When the lease of another owner ends, if it has not.
    private func leaseOfAnother(_ cursor: LogCursor.Cursor, than owner: OwnerID) throws -> Timestamp? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT lease_end FROM cursors
                WHERE generation = ? AND owner IS NOT NULL AND owner <> ? AND lease_end > \(LeaseClock.sql)
                """)
        return try Int64.fetchOne(statement, arguments: [cursor.generation.number, owner.text])
            .map(Timestamp.init(nanoseconds:))
    }

    private func mint(
        _ request: ClaimRequest, ordinal: Int, because reason: GenerationReason, epoch: Int64
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO cursors (source, object, ordinal, app, identity, day, file_index, reason, epoch, updated_at,
                \(CursorProgress.columns.joined(separator: ", ")))
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, \(wallClockSQL),
                \(CursorProgress.columns.map { _ in "?" }.joined(separator: ", ")))
                """)
        try statement.execute(
            arguments: [
                request.source.text, request.object.text, ordinal, request.app.text, request.identity,
                request.day?.number, request.fileIndex, reason.rawValue, epoch,
            ] + CursorProgress().arguments)
    }

    /// Fences a generation off: what was read of it under an older claim must not come in late.
    private func end(_ cursor: LogCursor.Cursor) throws {
        try db.cachedStatement(
            sql: "UPDATE cursors SET epoch = epoch + 1, owner = NULL, lease_end = NULL WHERE generation = ?"
        ).execute(arguments: [cursor.generation.number])
    }

    /// Raises the epoch and sets the lease.
    private func take(_ cursor: LogCursor.Cursor, by owner: OwnerID, for lease: Duration) throws -> LogCursor.Cursor? {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE cursors SET epoch = epoch + 1, owner = ?, lease_end = \(LeaseClock.sql) + ? WHERE generation = ? RETURNING *
                """)
        return try Row.fetchOne(statement, arguments: [owner.text, lease.wholeNanoseconds, cursor.generation.number])
            .map(LogCursor.Cursor.init(row:))
    }

    func giveUp(_ claim: Claim) throws {
        try db.cachedStatement(
            sql: "UPDATE cursors SET owner = NULL, lease_end = NULL WHERE generation = ? AND epoch = ? AND owner = ?"
        ).execute(arguments: [claim.generation.number, claim.epoch, claim.cursor.owner?.text])
    }
}

/// The time of day by SQLite's clock in nanoseconds since the epoch, to the millisecond.
private let wallClockSQL = "(CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER) * 1000000)"
