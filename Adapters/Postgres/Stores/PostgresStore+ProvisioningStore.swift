public import LogModel
public import SdkProvisioning
import StoreSupport

extension PostgresStore: ProvisioningStore {
    /// What is known to exist for an app.
    public func grant(for app: AppID) async throws(StoreError) -> AppGrant? {
        try await read { try keptGrant(of: app, in: $0) }
    }

    /// Keeps a grant in place of the one that the caller knows.
    public func replaceGrant(
        _ known: AppGrant?, with grant: AppGrant, for app: AppID
    ) async throws(StoreError) -> AppGrant {
        try await write { session in
            // A grant that is not known is `NULL` here, which is equal to nothing.
            try session.execute(
                """
                INSERT INTO app_grants AS kept (app, folder_path, folder, permission_group) VALUES ($1, $2, $3, $4)
                ON CONFLICT (app) DO UPDATE SET folder_path = excluded.folder_path, folder = excluded.folder,
                permission_group = excluded.permission_group
                WHERE kept.folder_path = $5 AND kept.folder = $6 AND kept.permission_group = $7
                """,
                [
                    .text(app.text), .text(grant.folderPath.description), .text(grant.folder.text),
                    .text(grant.group.text), .text(known?.folderPath.description), .text(known?.folder.text),
                    .text(known?.group.text),
                ])
            return try keptGrant(of: app, in: session) ?? grant
        }
    }

    /// Whether a token's storage token is known to be in its group.
    public func isEnrolled(_ token: TokenID) async throws(StoreError) -> Bool {
        try await read { session in
            try session.execute("SELECT 1 FROM enrolled_tokens WHERE token = $1", [.text(token.text)]).count == 1
        }
    }

    /// Remembers whether a token's storage token is in its group.
    public func setEnrolled(_ enrolled: Bool, _ token: TokenID) async throws(StoreError) {
        try await write { session in
            try session.run(
                enrolled
                    ? "INSERT INTO enrolled_tokens VALUES ($1) ON CONFLICT DO NOTHING"
                    : "DELETE FROM enrolled_tokens WHERE token = $1",
                [.text(token.text)])
        }
    }

    /// The prefix kept for a token and an instance, or else the candidate.
    public func filePrefix(
        of token: TokenID, instance: String, else candidate: FilePrefix, at moment: Timestamp
    ) async throws(StoreError) -> FilePrefix {
        let known = try await read { try prefix(of: token, instance, in: $0) }
        if let known { return FilePrefix(unchecked: known) }
        let kept = try await write { session in
            try session.execute(
                "INSERT INTO file_prefixes VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                [.text(candidate.text), .text(token.text), .bytes(Array(instance.utf8)), .integer(moment.nanoseconds)])
            return try prefix(of: token, instance, in: session)
        }
        guard let kept else { throw StoreError.takenPrefix(candidate) }
        return FilePrefix(unchecked: kept)
    }

    /// Who was given a prefix.
    public func owner(of prefix: FilePrefix) async throws(StoreError) -> PrefixOwner? {
        try await read { session in
            try session.execute("SELECT token, instance FROM file_prefixes WHERE prefix = $1", [.text(prefix.text)])
                .first.map { row in
                    PrefixOwner(
                        token: TokenID(unchecked: try row.text("token")),
                        instance: String(decoding: try row.bytes("instance"), as: UTF8.self))
                }
        }
    }
}

private func keptGrant(of app: AppID, in session: PostgresSession) throws -> AppGrant? {
    try session.execute(
        "SELECT folder_path, folder, permission_group FROM app_grants WHERE app = $1", [.text(app.text)]
    ).first.map { row in
        AppGrant(
            folderPath: StoragePath(try row.text("folder_path")), folder: StorageFolderID(try row.text("folder")),
            group: StorageGroupID(try row.text("permission_group")))
    }
}

private func prefix(of token: TokenID, _ instance: String, in session: PostgresSession) throws -> String? {
    try session.execute(
        "SELECT prefix FROM file_prefixes WHERE token = $1 AND instance = $2",
        [.text(token.text), .bytes(Array(instance.utf8))]
    ).first?.text("prefix")
}
