internal import GRDB
internal import Glibc
internal import LogModel
internal import SQLiteFiles

/// What the store knows about its files, in a SQLite database of its own.
///
/// SQLite calls run on the threads of GRDB, never on the pool that all tasks share.
final class Catalog: Sendable {
    let workspace: WorkspaceRow
    private let pool: DatabasePool
    private let file: OpenedFile?
    private let clock: any WallClock
    private let entropy: any Entropy
    private let quotas: FolderQuotas

    /// Opens the database and makes what is missing in it.
    /// - Throws: ``LocalFimidaraError``; a database error.
    init(path: String, settings: LocalFimidara.Settings, clock: any WallClock, entropy: any Entropy) throws {
        var configuration = Configuration()
        configuration.label = "logferry.files"
        configuration.busyMode = .callback { LockWait.wait(after: $0) }
        // SQLite would make it with the rights that the umask leaves; what it makes beside it gets the same mode.
        try OpenFile(path, flags: O_RDWR | O_CREAT).keepToOwner()
        let opened = try LockWait().lend {
            let pool = try DatabasePool(path: path, configuration: configuration)
            return (pool, try Catalog.prepare(pool, settings, now: clock.now(), entropy: entropy))
        }
        (pool, workspace) = opened
        file = OpenedFileWatch.begin(on: pool)
        self.clock = clock
        self.entropy = entropy
        quotas = settings.limits.folders
    }

    /// Makes what is missing in the database.
    private static func prepare(
        _ pool: DatabasePool, _ settings: LocalFimidara.Settings, now: Timestamp, entropy: any Entropy
    ) throws -> WorkspaceRow {
        // The pool has chosen NORMAL for its write-ahead log; a commit that is answered must survive a power cut.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let migrator = CatalogSchema.migrator
        guard try !pool.read(migrator.hasBeenSuperseded) else {
            throw LocalFimidaraError.newerSchema(directory: settings.directory)
        }
        try migrator.migrate(pool)
        return try pool.write { db in
            try Bootstrap(db: db, now: now, entropy: entropy)
                .run(rootname: settings.rootname, adminSecret: settings.adminSecret)
        }
    }

    /// Runs `body` on a consistent state, on behalf of a caller.
    /// - Throws: a failure with status 401 for a caller that is not known; what `body` throws.
    func read<Value: Sendable>(
        as caller: Caller, _ body: @escaping @Sendable (CatalogSession) throws -> Value
    ) async throws -> Value {
        let session = unbound()
        return try await pool.read { db in try body(session(db, caller)) }
    }

    /// Runs `body` in a transaction, on behalf of a caller, and waits until its changes are on the disk.
    ///
    /// It is not cancelled with the caller's task, so that a transaction's outcome is always known.
    /// - Throws: a failure with status 401 for a caller that is not known; what `body` throws, after a roll-back.
    func write<Value: Sendable>(
        as caller: Caller, _ body: @escaping @Sendable (CatalogSession) throws -> Value
    ) async throws -> Value {
        let session = unbound()
        return try await transaction { db in try body(session(db, caller)) }
    }

    /// As ``write(as:_:)``, for an agent that was let in when its request began.
    func write<Value: Sendable>(
        for agent: Agent, _ body: @escaping @Sendable (CatalogSession) throws -> Value
    ) async throws -> Value {
        let (workspace, now, entropy, quotas) = (workspace, clock.now(), entropy, quotas)
        return try await transaction { db in
            try body(
                CatalogSession(db: db, agent: agent, workspace: workspace, now: now, entropy: entropy, quotas: quotas))
        }
    }

    /// Writes in a transaction that is not cancelled, and waits for its turn and for other processes no longer than one
    /// call may.
    private func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        let wait = LockWait()
        let pool = self.pool
        return try await Task {
            try await pool.writeWithoutTransaction { db in try wait.transaction(in: db, body) }
        }.value
    }

    /// What is on the disk by the catalog's word.
    struct Inventory: Sendable {
        /// Bytes of all files and parts.
        let bytes: Int64
        /// Bytes of the folders that have a limit.
        let folders: [QuotaAccount: Int64]
        /// The blobs of all files and parts.
        let blobs: Set<BlobID>
    }

    /// Counts all files and parts.
    ///
    /// Files whose first upload never ended are forgotten, and so are uploads in parts that have expired.
    func inventory(partLifetime: Duration) throws -> Inventory {
        let (workspace, now, entropy, quotas) = (workspace, clock.now(), entropy, quotas)
        return try pool.write { db in
            let session = CatalogSession(
                db: db, agent: .system, workspace: workspace, now: now, entropy: entropy, quotas: quotas)
            _ = try session.giveUpExpired(lifetime: partLifetime)
            try db.execute(
                sql: "DELETE FROM file WHERE version = 0 AND id NOT IN (SELECT fileId FROM partedUpload)")
            let names = try String.fetchAll(
                db, sql: "SELECT blob FROM file WHERE blob IS NOT NULL UNION ALL SELECT blob FROM uploadPart")
            let bytes = try Int64.fetchOne(
                db,
                sql: """
                    SELECT (SELECT COALESCE(SUM(size), 0) FROM file) + (SELECT COALESCE(SUM(size), 0) FROM uploadPart)
                    """)
            return Inventory(
                bytes: bytes ?? 0, folders: try session.bytesByAccount(), blobs: Set(names.compactMap { BlobID($0) }))
        }
    }

    /// Reads from the catalog and writes nothing.
    /// - Throws: an error of the database; ``FileLost`` when its file is not the one at its path any more.
    func check() async throws {
        try file?.demand()
        try await pool.read { db in _ = try Int.fetchOne(db, sql: "SELECT 1 FROM workspace") }
    }

    func close() throws {
        try pool.close()
    }

    /// A maker of sessions that waits for its database and caller.
    private func unbound() -> @Sendable (Database, Caller) throws -> CatalogSession {
        let (workspace, now, entropy, quotas) = (workspace, clock.now(), entropy, quotas)
        return { db, caller in
            let agent = try CredentialRow.agent(of: caller, now: now, in: db)
            return CatalogSession(
                db: db, agent: agent, workspace: workspace, now: now, entropy: entropy, quotas: quotas)
        }
    }
}
