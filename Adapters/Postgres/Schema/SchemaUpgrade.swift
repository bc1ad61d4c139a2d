import StoreSupport

/// The versions of the schema, and how a database is brought to the newest.
///
/// A version that was released never changes; what comes later is a new version.
enum SchemaUpgrade {
    private static let versions: [(number: Int64, statements: [String])] = [
        (1, BaseSchema.statements), (2, MaintenanceSchema.statements), (3, EvidenceSchema.statements),
        (4, SealSchema.statements),
    ]

    /// The oldest server that is worked with: before 13, reading by time over many partitions is
    /// planned badly, and it is the oldest that can be had.
    private static let oldestServer: Int64 = 130_000

    /// Makes sure that the database can be used, and does what is missing.
    /// - Parameters:
    ///   - session: a session on the database.
    ///   - shown: the store as messages name it.
    ///   - makes: whether a database without a store gets one, and a store of an earlier release the schema of this one.
    /// - Throws: ``PostgresOpenError`` or ``PostgresError``.
    static func run(on session: PostgresSession, _ shown: String, makes: Bool = true) throws {
        try examine(session, shown)
        if !makes, try present(in: session) == 0 { throw PostgresOpenError.noStore(store: shown) }
        if try isCurrent(session, shown) { return }
        if !makes { throw PostgresOpenError.olderVersion(store: shown) }
        // Indexes of a large store take their time to be made. The connection is used for nothing else.
        try session.script("SET statement_timeout = 0")
        session.link.patience = session.link.limits.longestStatement
        try session.transaction { session in
            // Processes that start at the same moment do this one after the other.
            try session.execute(
                "SELECT pg_advisory_xact_lock($1::integer, hashtext('schema ' || current_schema()))",
                [.integer(AdvisoryLock.space)], isPlannedAnew: true)
            guard try !isCurrent(session, shown) else { return }
            try session.script(
                "CREATE TABLE IF NOT EXISTS schema_versions (number bigint PRIMARY KEY, applied_at timestamptz NOT NULL)"
            )
            let present = try present(in: session)
            for version in versions where version.number > present {
                for statement in version.statements { try session.script(statement) }
                try session.execute(
                    "INSERT INTO schema_versions VALUES ($1, clock_timestamp())", [.integer(version.number)],
                    isPlannedAnew: true)
            }
        }
    }

    /// Whether a server's number, 150020 for 15.20, is below what is needed.
    static func isTooOld(_ version: Int64) -> Bool { version < oldestServer }

    private static func examine(_ session: PostgresSession, _ shown: String) throws {
        let answer = try session.execute(
            """
            SELECT current_setting('server_version_num')::bigint AS version,
            current_setting('server_version') AS words, current_setting('server_encoding') AS encoding,
            current_setting('transaction_read_only') = 'on' AS is_read_only, pg_is_in_recovery() AS is_replica
            """, isPlannedAnew: true)
        guard let row = answer.first else { throw PostgresError(.unreadable, "the server says nothing of itself") }
        guard try !isTooOld(row.integer("version")) else {
            throw PostgresOpenError.oldServer(store: shown, version: try row.text("words"))
        }
        guard try !row.flag("is_read_only"), try !row.flag("is_replica") else {
            throw PostgresOpenError.readOnly(store: shown)
        }
        guard try row.text("encoding") == "UTF8" else {
            throw PostgresOpenError.wrongEncoding(store: shown, encoding: try row.text("encoding"))
        }
    }

    /// Whether nothing is missing.
    /// - Throws: ``PostgresOpenError/newerVersion(store:)``.
    private static func isCurrent(_ session: PostgresSession, _ shown: String) throws -> Bool {
        let newest = versions.last?.number ?? 0
        let present = try present(in: session)
        guard present <= newest else { throw PostgresOpenError.newerVersion(store: shown) }
        return present == newest
    }

    private static func present(in session: PostgresSession) throws -> Int64 {
        guard try session.hasTable("schema_versions") else { return 0 }
        return try session.execute(
            "SELECT coalesce(max(number), 0)::bigint AS number FROM schema_versions", isPlannedAnew: true
        ).first?.integer("number") ?? 0
    }
}

/// Advisory locks are numbers that all programs of a database share: ours have this one in front.
enum AdvisoryLock {
    static let space: Int64 = 0x4C46
}

extension PostgresSession {
    /// Whether our schema has a table.
    ///
    /// Looked up in the catalogue itself: `to_regclass` can go by what the session remembers from before it waited for
    /// a lock.
    func hasTable(_ name: String) throws(PostgresError) -> Bool {
        try execute(
            "SELECT 1 FROM pg_class WHERE relname = $1 AND relnamespace = to_regnamespace(quote_ident(current_schema()))",
            [.text(name)]
        ).count == 1
    }
}
