public import AppRegistry
import LogModel

// How stores keep apps and client tokens.

extension RegisteredApp {
    /// Reads an app whose id is in the column `key`.
    /// - Throws: the store's error when it holds what no release has written.
    public init(row: some StoredRow, key: String = "id") throws {
        self.init(
            id: AppID(unchecked: try row.text(key)), name: AppName(unchecked: try row.text("name")),
            createdAt: try row.time("created_at"), deletedAt: try row.optionalTime("deleted_at"))
    }
}

extension ClientToken {
    /// Reads a token whose id is in the column `key`.
    /// - Throws: the store's error when it holds what no release has written.
    public init(row: some StoredRow, key: String = "id") throws {
        self.init(
            id: TokenID(unchecked: try row.text(key)), app: AppID(unchecked: try row.text("app")),
            name: try row.text("name"),
            scopes: TokenScopes(rawValue: UInt8(truncatingIfNeeded: try row.integer("scopes"))),
            digest: try row.bytes("digest"), createdAt: try row.time("created_at"),
            expiresAt: try row.optionalTime("expires_at"), revokedAt: try row.optionalTime("revoked_at"),
            seal: try row.optionalBytes("seal"))
    }
}
