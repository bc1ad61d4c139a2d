public import AppRegistry
import Foundation
import GRDB
public import LogModel
import StoreSupport

extension SQLiteStore: ClientTokenStore {
    /// Adds a token of an app that is there and not deleted.
    public func add(_ token: ClientToken) async throws(StoreError) {
        let added = try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO client_tokens (id, app, name, scopes, digest, created_at, expires_at, revoked_at, seal)
                    SELECT ?, id, ?, ?, ?, ?, ?, ?, ? FROM apps WHERE id = ? AND deleted_at IS NULL
                    """,
                arguments: [
                    token.id.text, token.name, Int(token.scopes.rawValue), Data(token.digest),
                    token.createdAt.nanoseconds, token.expiresAt?.nanoseconds, token.revokedAt?.nanoseconds,
                    token.seal.map { Data($0) }, token.app.text,
                ])
            return db.changesCount == 1
        }
        guard added else { throw StoreError.tokenWithoutApp }
    }

    /// The token of an id.
    public func token(_ id: TokenID) async throws(StoreError) -> ClientToken? {
        try await read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM client_tokens WHERE id = ?", arguments: [id.text])
                .map { try ClientToken(row: SQLiteRow($0)) }
        }
    }

    /// A page of an app's tokens.
    public func tokens(
        of app: AppID, after last: TokenID?, limit: Int
    ) async throws(StoreError) -> [ClientToken] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM client_tokens WHERE app = ? AND id > ? ORDER BY id LIMIT ?",
                arguments: [app.text, last?.text ?? "", limit]
            ).map { try ClientToken(row: SQLiteRow($0)) }
        }
    }

    /// Marks a token as revoked.
    public func revoke(_ id: TokenID, at moment: Timestamp) async throws(StoreError) -> Bool {
        try await write { db in
            try db.execute(
                sql: "UPDATE client_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                arguments: [moment.nanoseconds, id.text])
            return db.changesCount == 1
        }
    }

    /// Sets when a token ends.
    public func setExpiry(of id: TokenID, to end: Timestamp?) async throws(StoreError) -> Bool {
        try await write { db in
            try db.execute(
                sql: "UPDATE client_tokens SET expires_at = ? WHERE id = ? AND revoked_at IS NULL",
                arguments: [end?.nanoseconds, id.text])
            return db.changesCount == 1
        }
    }

    /// Erases seals.
    public func eraseSeals(issuedBefore moment: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await write { db in
            try db.execute(
                sql: """
                    UPDATE client_tokens SET seal = NULL WHERE id IN (
                        SELECT id FROM client_tokens WHERE seal IS NOT NULL AND created_at < ?
                        ORDER BY created_at LIMIT ?
                    )
                    """, arguments: [moment.nanoseconds, limit])
            return db.changesCount
        }
    }

    /// Revoked tokens whose end on the storage side is not confirmed.
    public func pendingRevocations(limit: Int) async throws(StoreError) -> [TokenID] {
        try await read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT id FROM client_tokens WHERE revoked_at IS NOT NULL AND storage_ended_at IS NULL
                    ORDER BY revoked_at LIMIT ?
                    """, arguments: [limit]
            ).map(TokenID.init(unchecked:))
        }
    }

    /// Those of one app, in the order of their ids.
    public func pendingRevocations(
        of app: AppID, after last: TokenID?, limit: Int
    ) async throws(StoreError) -> [TokenID] {
        try await read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT id FROM client_tokens INDEXED BY client_tokens_by_app
                    WHERE app = ? AND id > ? AND revoked_at IS NOT NULL AND storage_ended_at IS NULL
                    ORDER BY id LIMIT ?
                    """, arguments: [app.text, last?.text ?? "", limit]
            ).map(TokenID.init(unchecked:))
        }
    }

    /// Notes that the storage side holds nothing more of a token.
    public func confirmRevocation(of id: TokenID, at moment: Timestamp) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: "UPDATE client_tokens SET storage_ended_at = ? WHERE id = ? AND revoked_at IS NOT NULL",
                arguments: [moment.nanoseconds, id.text])
        }
    }
}
