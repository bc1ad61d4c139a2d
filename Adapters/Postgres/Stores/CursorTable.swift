import LogCursor
import LogModel
import StoreSupport

/// The steps of cursors inside one transaction.
struct CursorTable {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    /// The cursor of an object's latest generation, its row locked until the transaction ends.
    func lockLatest(_ source: SourceID, _ object: ObjectKey) throws -> LogCursor.Cursor? {
        try session.execute(
            "\(LogCursor.Cursor.selection) WHERE c.source = $1 AND c.object = $2 AND c.is_latest FOR UPDATE OF c",
            [.text(source.text), .text(object.text)]
        ).first.map(LogCursor.Cursor.init(row:))
    }

    /// Of some apps those that are there and not deleted, with their numbers; nobody deletes one of them before the
    /// transaction ends.
    func holdLive(_ apps: Set<AppID>) throws -> [AppID: Int64] {
        let answer = try session.execute(
            "SELECT id, number FROM apps WHERE id = ANY($1) AND deleted_at IS NULL ORDER BY number FOR SHARE",
            [.texts(apps.map(\.text))])
        return try answer.rows.reduce(into: [:]) { found, row in
            found[AppID(unchecked: try row.text("id"))] = try row.integer("number")
        }
    }

    // MARK: - Claiming

    /// Takes an object for an owner; `app` is the number of its app.
    func claim(
        _ request: ClaimRequest, of app: Int64, by owner: OwnerID, for lease: Duration
    ) throws -> ClaimOutcome {
        // A round ends without an outcome when somebody else minted the object's first or next generation meanwhile.
        for _ in 0..<8 {
            if let taken = try takeUnchanged(request, by: owner, for: lease) {
                return .claimed(Claim(cursor: taken))
            }
            guard let known = try lockLatest(request.source, request.object) else {
                try mint(request, of: app, ordinal: 1, because: .first, epoch: 0)
                continue
            }
            if let end = try leaseOfAnother(known, than: owner) { return .held(until: end) }
            guard
                case .next(let reason) = GenerationVerdict.judging(
                    identity: request.identity, size: request.size, against: known)
            else { continue }
            try end(known)
            try mint(request, of: app, ordinal: known.ordinal + 1, because: reason, epoch: known.epoch)
        }
        throw PostgresError(.timedOut, "others began generations of an object all the time")
    }

    /// Takes the latest generation in one statement, when the object is still that one and nobody else has it.
    private func takeUnchanged(
        _ request: ClaimRequest, by owner: OwnerID, for lease: Duration
    ) throws -> LogCursor.Cursor? {
        try session.execute(
            """
            UPDATE cursors AS c SET epoch = c.epoch + 1, owner = $1, lease_end = \(nowSQL) + $2 FROM apps AS a
            WHERE a.number = c.app AND c.source = $3 AND c.object = $4 AND c.is_latest
            AND c.identity = $5 AND c.position <= $6 AND (c.owner IS NULL OR c.owner = $1 OR c.lease_end <= \(nowSQL))
            RETURNING \(LogCursor.Cursor.columns)
            """,
            [
                .text(owner.text), .integer(lease.wholeNanoseconds), .text(request.source.text),
                .text(request.object.text), .text(request.identity), .integer(request.size),
            ]
        ).first.map(LogCursor.Cursor.init(row:))
    }

    /// When the lease of another owner ends, if it has not.
    private func leaseOfAnother(_ cursor: LogCursor.Cursor, than owner: OwnerID) throws -> Timestamp? {
        try session.execute(
            """
            SELECT lease_end FROM cursors
            WHERE generation = $1 AND owner IS NOT NULL AND owner <> $2 AND lease_end > \(nowSQL)
            """,
            [.integer(cursor.generation.number), .text(owner.text)]
        ).first.map { Timestamp(nanoseconds: try $0.integer("lease_end")) }
    }

    /// Begins a generation, unless somebody else has just done so.
    private func mint(
        _ request: ClaimRequest, of app: Int64, ordinal: Int, because reason: GenerationReason, epoch: Int64
    ) throws {
        let places = (10..<10 + CursorProgress.columns.count).map { "$\($0)" }.joined(separator: ", ")
        try session.execute(
            """
            INSERT INTO cursors (source, object, ordinal, app, identity, day, file_index, reason, epoch, updated_at,
            \(CursorProgress.columns.joined(separator: ", ")))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \(nowSQL), \(places)) ON CONFLICT DO NOTHING
            """,
            [
                .text(request.source.text), .text(request.object.text), .integer(Int64(ordinal)), .integer(app),
                .text(request.identity), .integer(request.day?.number), .integer(request.fileIndex.map(Int64.init)),
                .text(reason.rawValue), .integer(epoch),
            ] + CursorProgress().values)
    }

    /// Fences a generation off: what was read of it under an older claim must not come in late.
    private func end(_ cursor: LogCursor.Cursor) throws {
        try session.execute(
            """
            UPDATE cursors SET epoch = epoch + 1, owner = NULL, lease_end = NULL, is_latest = false WHERE generation = $1
            """,
            [.integer(cursor.generation.number)])
    }

    func beginNext(after claim: Claim, because reason: GenerationReason, for lease: Duration) throws -> Claim? {
        let cursor = claim.cursor
        guard let owner = cursor.owner, let app = try holdNumber(of: cursor.app),
            let latest = try lockLatest(cursor.source, cursor.object), latest.generation == claim.generation,
            latest.epoch == claim.epoch, latest.owner == owner
        else { return nil }
        try end(cursor)
        let request = ClaimRequest(after: cursor)
        try mint(request, of: app, ordinal: cursor.ordinal + 1, because: reason, epoch: claim.epoch)
        return try takeUnchanged(request, by: owner, for: lease).map(Claim.init(cursor:))
    }

    /// The number of an app, deleted or not.
    private func holdNumber(of app: AppID) throws -> Int64? {
        try session.execute("SELECT number FROM apps WHERE id = $1 FOR SHARE", [.text(app.text)]).first?
            .integer("number")
    }

    // MARK: - Leases

    /// Prolongs a claim.
    /// - Returns: `false` when it was lost.
    func extend(_ claim: Claim, for lease: Duration) throws -> Bool {
        try session.execute(
            "UPDATE cursors SET lease_end = \(nowSQL) + $1 WHERE generation = $2 AND epoch = $3 AND owner = $4",
            [.integer(lease.wholeNanoseconds)] + proof(of: claim)
        ).changes == 1
    }

    func giveUp(_ claim: Claim) throws {
        try session.execute(
            "UPDATE cursors SET owner = NULL, lease_end = NULL WHERE generation = $1 AND epoch = $2 AND owner = $3",
            proof(of: claim))
    }

    private func proof(of claim: Claim) -> [PostgresValue] {
        [.integer(claim.generation.number), .integer(claim.epoch), .text(claim.cursor.owner?.text)]
    }
}
