import GRDB
public import LogModel
public import SdkProvisioning
import StoreSupport

extension SQLiteStore: ProvisioningStore {
    /// What is known to exist for an app.
    public func grant(for app: AppID) async throws(StoreError) -> AppGrant? {
        try await read { try keptGrant(of: app, in: $0) }
    }

    /// Keeps a grant in place of the one that the caller knows.
    public func replaceGrant(
        _ known: AppGrant?, with grant: AppGrant, for app: AppID
    ) async throws(StoreError) -> AppGrant {
        try await write { db in
            // A grant that is not known is `NULL` here, which is equal to nothing.
            try db.execute(
                sql: """
                    INSERT INTO app_grants (app, folder_path, folder, permission_group) VALUES (?, ?, ?, ?)
                    ON CONFLICT (app) DO UPDATE SET folder_path = excluded.folder_path, folder = excluded.folder,
                    permission_group = excluded.permission_group
                    WHERE folder_path = ? AND folder = ? AND permission_group = ?
                    """,
                arguments: [
                    app.text, grant.folderPath.description, grant.folder.text, grant.group.text,
                    known?.folderPath.description, known?.folder.text, known?.group.text,
                ])
            return try keptGrant(of: app, in: db) ?? grant
        }
    }

    /// Whether a token's storage token is known to be in its group.
    public func isEnrolled(_ token: TokenID) async throws(StoreError) -> Bool {
        try await read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM enrolled_tokens WHERE token = ?)", arguments: [token.text])
                ?? false
        }
    }

    /// Remembers whether a token's storage token is in its group.
    public func setEnrolled(_ enrolled: Bool, _ token: TokenID) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: enrolled
                    ? "INSERT OR IGNORE INTO enrolled_tokens VALUES (?)"
                    : "DELETE FROM enrolled_tokens WHERE token = ?",
                arguments: [token.text])
        }
    }

    /// The prefix kept for a token and an instance, or else the candidate.
    public func filePrefix(
        of token: TokenID, instance: String, else candidate: FilePrefix, at moment: Timestamp
    ) async throws(StoreError) -> FilePrefix {
        let known = try await read { try prefix(of: token, instance, in: $0) }
        if let known { return FilePrefix(unchecked: known) }
        let kept = try await write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO file_prefixes VALUES (?, ?, ?, ?)",
                arguments: [candidate.text, token.text, instance, moment.nanoseconds])
            return try prefix(of: token, instance, in: db)
        }
        guard let kept else { throw StoreError.takenPrefix(candidate) }
        return FilePrefix(unchecked: kept)
    }

    /// Who was given a prefix.
    public func owner(of prefix: FilePrefix) async throws(StoreError) -> PrefixOwner? {
        try await read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM file_prefixes WHERE prefix = ?", arguments: [prefix.text]).map {
                PrefixOwner(token: TokenID(unchecked: $0["token"]), instance: $0["instance"])
            }
        }
    }
}

private func keptGrant(of app: AppID, in db: Database) throws -> AppGrant? {
    try Row.fetchOne(db, sql: "SELECT * FROM app_grants WHERE app = ?", arguments: [app.text]).map {
        AppGrant(
            folderPath: StoragePath($0["folder_path"] as String),
            folder: StorageFolderID($0["folder"]), group: StorageGroupID($0["permission_group"]))
    }
}

private func prefix(of token: TokenID, _ instance: String, in db: Database) throws -> String? {
    try String.fetchOne(
        db, sql: "SELECT prefix FROM file_prefixes WHERE token = ? AND instance = ?", arguments: [token.text, instance])
}
