public import AppRegistry
public import LogModel
import StoreSupport

extension PostgresStore: ClientTokenStore {
    /// Adds a token of an app that is there and not deleted.
    public func add(_ token: ClientToken) async throws(StoreError) {
        let added = try await write { session in
            // Shared: whoever deletes the app comes before or after, and revokes this token as well if after.
            try session.execute(
                """
                INSERT INTO client_tokens (id, app, name, scopes, digest, created_at, expires_at, revoked_at, seal)
                SELECT $1, id, $2, $3::bigint, $4, $5, $6, $7, $8 FROM apps
                WHERE id = $9 AND deleted_at IS NULL FOR SHARE
                """,
                [
                    .text(token.id.text), .text(token.name), .integer(Int64(token.scopes.rawValue)),
                    .bytes(token.digest), .integer(token.createdAt.nanoseconds),
                    .integer(token.expiresAt?.nanoseconds), .integer(token.revokedAt?.nanoseconds),
                    .bytes(token.seal), .text(token.app.text),
                ]
            ).changes == 1
        }
        guard added else { throw StoreError.tokenWithoutApp }
    }

    /// The token of an id.
    public func token(_ id: TokenID) async throws(StoreError) -> ClientToken? {
        try await read { session in
            try session.execute("\(selection) WHERE id = $1", [.text(id.text)]).first.map { try ClientToken(row: $0) }
        }
    }

    /// A page of an app's tokens.
    public func tokens(
        of app: AppID, after last: TokenID?, limit: Int
    ) async throws(StoreError) -> [ClientToken] {
        try await read { session in
            try session.execute(
                "\(selection) WHERE app = $1 AND id > $2 ORDER BY id LIMIT $3",
                [.text(app.text), .text(last?.text ?? ""), .integer(Int64(limit))]
            ).rows.map { try ClientToken(row: $0) }
        }
    }

    /// Marks a token as revoked.
    public func revoke(_ id: TokenID, at moment: Timestamp) async throws(StoreError) -> Bool {
        try await write { session in
            try session.execute(
                "UPDATE client_tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL",
                [.integer(moment.nanoseconds), .text(id.text)]
            ).changes == 1
        }
    }

    /// Sets when a token ends.
    public func setExpiry(of id: TokenID, to end: Timestamp?) async throws(StoreError) -> Bool {
        try await write { session in
            try session.execute(
                "UPDATE client_tokens SET expires_at = $1 WHERE id = $2 AND revoked_at IS NULL",
                [.integer(end?.nanoseconds), .text(id.text)]
            ).changes == 1
        }
    }

    /// Erases seals.
    public func eraseSeals(issuedBefore moment: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await write { session in
            try session.execute(
                """
                UPDATE client_tokens SET seal = NULL WHERE id IN (
                    SELECT id FROM client_tokens WHERE seal IS NOT NULL AND created_at < $1
                    ORDER BY created_at LIMIT $2
                )
                """, [.integer(moment.nanoseconds), .integer(Int64(limit))]
            ).changes
        }
    }

    /// Revoked tokens whose end on the storage side is not confirmed.
    public func pendingRevocations(limit: Int) async throws(StoreError) -> [TokenID] {
        try await read { session in
            try session.execute(
                """
                SELECT id FROM client_tokens WHERE revoked_at IS NOT NULL AND storage_ended_at IS NULL
                ORDER BY revoked_at LIMIT $1
                """, [.integer(Int64(limit))]
            ).rows.map { TokenID(unchecked: try $0.text("id")) }
        }
    }

    /// Those of one app, in the order of their ids.
    public func pendingRevocations(
        of app: AppID, after last: TokenID?, limit: Int
    ) async throws(StoreError) -> [TokenID] {
        try await read { session in
            try session.execute(
                """
                SELECT id FROM client_tokens
                WHERE app = $1 AND id > $2 AND revoked_at IS NOT NULL AND storage_ended_at IS NULL
                ORDER BY id LIMIT $3
                """, [.text(app.text), .text(last?.text ?? ""), .integer(Int64(limit))]
            ).rows.map { TokenID(unchecked: try $0.text("id")) }
        }
    }

    /// Notes that the storage side holds nothing more of a token.
    public func confirmRevocation(of id: TokenID, at moment: Timestamp) async throws(StoreError) {
        try await write { session in
            try session.run(
                "UPDATE client_tokens SET storage_ended_at = $1 WHERE id = $2 AND revoked_at IS NOT NULL",
                [.integer(moment.nanoseconds), .text(id.text)])
        }
    }
}

private let selection = """
    SELECT id, app, name, scopes, digest, created_at, expires_at, revoked_at, seal FROM client_tokens
    """
