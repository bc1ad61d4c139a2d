public import LogCursor
public import LogModel

/// Cursors in PostgreSQL; leases are judged by the server's clock.
extension PostgresStore: CursorStore {
    /// The cursors of the latest generations of some objects.
    public func latest(
        in source: SourceID, of objects: [ObjectKey]
    ) async throws(StoreError) -> [ObjectKey: LogCursor.Cursor] {
        try await read { session in
            let answer = try session.execute(
                "\(LogCursor.Cursor.selection) WHERE c.source = $1 AND c.object = ANY($2) AND c.is_latest",
                [.text(source.text), .texts(objects.map(\.text))])
            return try answer.rows.reduce(into: [:]) { found, row in
                let cursor = try LogCursor.Cursor(row: row)
                found[cursor.object] = cursor
            }
        }
    }

    /// Tries to take objects.
    public func claim(
        _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
    ) async throws(StoreError) -> [ClaimOutcome] {
        try await write { session in
            let table = CursorTable(session)
            let live = try table.holdLive(Set(requests.map(\.app)))
            return try requests.map { request in
                guard let app = live[request.app] else { return .appDeleted }
                return try table.claim(request, of: app, by: owner, for: lease)
            }
        }
    }

    /// Ends a generation and begins the next one.
    public func beginNext(
        after claim: Claim, because reason: GenerationReason, for lease: Duration
    ) async throws(StoreError) -> Claim? {
        try await write { session in
            try CursorTable(session).beginNext(after: claim, because: reason, for: lease)
        }
    }

    /// Prolongs claims.
    public func extend(_ claims: [Claim], for lease: Duration) async throws(StoreError) -> Set<GenerationID> {
        try await write { session in
            let table = CursorTable(session)
            // In one order, so that two workers never wait for each other.
            let lost = try claims.sorted { $0.generation < $1.generation }
                .filter { try !table.extend($0, for: lease) }
            return Set(lost.map(\.generation))
        }
    }

    /// Gives claims up.
    public func release(_ claims: [Claim]) async throws(StoreError) {
        try await write { session in
            let table = CursorTable(session)
            for claim in claims.sorted(by: { $0.generation < $1.generation }) { try table.giveUp(claim) }
        }
    }

    /// A page of cursors.
    public func cursors(
        of app: AppID?, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [LogCursor.Cursor] {
        try await read { session in
            let condition = app == nil ? "" : "AND c.app = (SELECT number FROM apps WHERE id = $3)"
            return try session.execute(
                "\(LogCursor.Cursor.selection) WHERE c.generation > $1 \(condition) ORDER BY c.generation LIMIT $2",
                [.integer(last?.number ?? 0), .integer(Int64(limit))] + (app.map { [.text($0.text)] } ?? [])
            ).rows.map(LogCursor.Cursor.init(row:))
        }
    }
}
