import BlockingExecutor
import LogModel
import StoreSupport

/// The partitions of `records`, one for each day of receipt.
enum Partitions {
    /// Nanoseconds of a day.
    static let dayLength: Int64 = 86_400_000_000_000

    /// The partition of a day: `records_2026_11_20`.
    static func name(of day: CivilDay) -> String {
        "records_" + day.description.replacing("-", with: "_")
    }

    /// The days that have a partition, the earliest first.
    static func days(in session: PostgresSession) throws -> [CivilDay] {
        let answer = try session.execute(
            """
            SELECT c.relname::text AS name FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'records'::regclass
            """, isPlannedAnew: true)
        return try answer.rows.compactMap { try day(named: $0.text("name")) }.sorted()
    }

    /// The day of a partition's name; `nil` for a table that is not ours.
    private static func day(named name: String) -> CivilDay? {
        guard name.hasPrefix("records_") else { return nil }
        return CivilDay(text: name.dropFirst("records_".count).replacing("_", with: "-"))
    }

    /// Makes the partition of a day if it is missing; to be called in a transaction.
    ///
    /// It is made apart and then attached, which lets others read and write the table meanwhile; making it in its place
    /// would wait for all of them, and let all wait.
    static func ensure(_ day: CivilDay, in session: PostgresSession) throws {
        let name = name(of: day)
        guard try !session.hasTable(name) else { return }
        try session.execute(
            "SELECT pg_advisory_xact_lock($1::integer, hashtext('records ' || current_schema()))",
            [.integer(AdvisoryLock.space)])
        guard try !session.hasTable(name) else { return }
        try session.script(
            """
            CREATE TABLE \(name) (LIKE records INCLUDING ALL,
            CHECK (received_day >= \(day.number) AND received_day < \(day.number + 1)));
            ALTER TABLE records ATTACH PARTITION \(name) FOR VALUES FROM (\(day.number)) TO (\(day.number + 1));
            """)
    }
}

extension PostgresStore {
    /// Makes sure that days have partitions, before a transaction that writes to them holds any lock.
    func ensurePartitions(of days: Set<CivilDay>) async throws(PostgresError) {
        let missing = knownDays.withLock { known in days.filter { !known.contains($0.number) } }
        guard !missing.isEmpty else { return }
        for day in missing.sorted() {
            try await transaction { try Partitions.ensure(day, in: $0) }
        }
        // A process that runs for years need not remember all of them.
        knownDays.withLock { known in known = Set(known.sorted().suffix(30)).union(missing.map(\.number)) }
    }

    /// Forgets which partitions are there: one was missing that should not be.
    func forgetPartitions() {
        knownDays.withLock { $0 = [] }
    }
}
