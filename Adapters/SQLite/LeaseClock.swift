import GRDB

/// The clock by which leases in the file are judged: the time since the machine's start, which no step of its time of
/// day moves.
///
/// All processes that have the file open are on one machine, so this reading is the same for all of them. The time of
/// day at the machine's start, as whoever opened the file first saw it, is added, so that the end of a lease can be
/// read as a time.
enum LeaseClock {
    private static let function = "logferry_uptime"

    /// The latest time of day that is begun with, in 2160: what is added to it must stay within the integers of SQLite.
    private static let latest: Int64 = 6_000_000_000_000_000_000

    /// The present moment in nanoseconds, as an expression.
    static let sql = "((SELECT base FROM lease_clock) + \(function)())"

    /// Lets a connection read the machine's time.
    static func install(in db: Database, _ time: MachineTime) {
        db.add(function: DatabaseFunction(function, argumentCount: 0, pure: false) { _ in time.uptime() })
    }

    /// Whether the machine was started since the file was last opened, or does not say so.
    static func isStale(in db: Database, _ time: MachineTime) throws -> Bool {
        let boot = time.boot()
        return try boot == nil || String.fetchOne(db, sql: "SELECT boot FROM lease_clock") != boot
    }

    /// Begins anew when the machine was started again.
    ///
    /// Whoever held a lease before that is no more, so all leases end. A machine that does not say which start it lives
    /// in gives its time of day at each opening: a step of it may then end a lease early, which the fence makes
    /// harmless.
    static func start(in db: Database, _ time: MachineTime) throws {
        // Another process may have done it meanwhile.
        guard try isStale(in: db, time) else { return }
        let (boot, known) = (time.boot(), try String.fetchOne(db, sql: "SELECT boot FROM lease_clock"))
        let base = min(max(time.wall(), 0), latest) - time.uptime()
        try db.execute(
            sql: "INSERT OR REPLACE INTO lease_clock (only, boot, base) VALUES (1, ?, ?)",
            arguments: [boot ?? "", base])
        // The leases of a release that had no such clock end by the time of day, with which this one begins.
        guard let known, !known.isEmpty, boot != nil else { return }
        try db.execute(sql: "UPDATE locks SET holder = NULL")
        try db.execute(sql: "UPDATE cursors SET owner = NULL, lease_end = NULL WHERE owner IS NOT NULL")
    }
}
