internal import GRDB
internal import Glibc
internal import LogModel

/// What the store knows about its files, in a SQLite database of its own.
///
/// SQLite calls run on the threads of GRDB, never on the pool that all tasks share.
final class Catalog: Sendable {
    let workspace: WorkspaceRow
    private let pool: DatabasePool
    private let clock: any WallClock
    private let entropy: any Entropy

    /// Opens the database and makes what is missing in it.
    /// - Throws: ``LocalFimidaraError``; a database error.
    init(path: String, settings: LocalFimidara.Settings, clock: any WallClock, entropy: any Entropy) throws {
        var configuration = Configuration()
        configuration.label = "logferry.files"
        configuration.busyMode = .timeout(10)
        // SQLite would make it with the rights that the umask leaves; what it makes beside it gets the same mode.
        try OpenFile(path, flags: O_RDWR | O_CREAT).keepToOwner()
        pool = try DatabasePool(path: path, configuration: configuration)
        self.clock = clock
        self.entropy = entropy
        // The pool has chosen NORMAL for its write-ahead log; a commit that is answered must survive a power cut.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let migrator = CatalogSchema.migrator
        guard try !pool.read(migrator.hasBeenSuperseded) else {
            throw LocalFimidaraError.newerSchema(directory: settings.directory)
        }
        try migrator.migrate(pool)
        workspace = try pool.write { db in
            try Bootstrap(db: db, now: clock.now(), entropy: entropy)
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
        let pool = self.pool
        return try await Task { try await pool.write { db in try body(session(db, caller)) } }.value
    }

    /// As ``write(as:_:)``, for an agent that was let in when its request began.
    func write<Value: Sendable>(
        for agent: Agent, _ body: @escaping @Sendable (CatalogSession) throws -> Value
    ) async throws -> Value {
        let (workspace, now, entropy, pool) = (workspace, clock.now(), entropy, pool)
        return try await Task {
            try await pool.write { db in
                try body(CatalogSession(db: db, agent: agent, workspace: workspace, now: now, entropy: entropy))
            }
        }.value
    }

    /// Sizes and blobs of all files.
    ///
    /// Files whose first upload never ended are forgotten.
    func inventory() throws -> (bytes: Int64, blobs: Set<BlobID>) {
        try pool.write { db in
            try db.execute(sql: "DELETE FROM file WHERE version = 0")
            let names = try String.fetchAll(db, sql: "SELECT blob FROM file WHERE blob IS NOT NULL")
            let bytes = try Int64.fetchOne(db, sql: "SELECT SUM(size) FROM file") ?? 0
            return (bytes, Set(names.compactMap { BlobID($0) }))
        }
    }

    func close() throws {
        try pool.close()
    }

    /// A maker of sessions that waits for its database and caller.
    private func unbound() -> @Sendable (Database, Caller) throws -> CatalogSession {
        let (workspace, now, entropy) = (workspace, clock.now(), entropy)
        return { db, caller in
            let agent = try CredentialRow.agent(of: caller, now: now, in: db)
            return CatalogSession(db: db, agent: agent, workspace: workspace, now: now, entropy: entropy)
        }
    }
}
