public import CallLedger
import Foundation
import GRDB
import LogModel
import LogQuery
import SQLiteFiles
public import StoreSupport

/// The embedded store: one SQLite file, which several processes of one machine may have open.
///
/// Write-ahead log, `synchronous=FULL` (an acknowledged commit has been fsynced), writes begin IMMEDIATE. Each port is an
/// extension in a file of its own.
public struct SQLiteStore: LogStore, Sendable {
    let pool: DatabasePool
    /// The file that is open; `nil` when it was gone before it could be looked at.
    private let file: OpenedFile?
    let desk: CallDesk
    let log: WriteAheadLogTrimmer

    /// How many records one call looks at.
    var scanLimit = RecordRows.scanLimit
    /// How long reading records may take, if somebody has said so.
    var pace: ReadingPace?
    /// Notes the statements that read records, when somebody wants to see them.
    var trace: StatementTrace<String>?

    /// Opens the file, makes it when it is missing, and brings its schema up to date.
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - makes: whether a schema is made or brought up to date; ``SQLiteOpenError/noStore(path:)`` and
    ///     ``SQLiteOpenError/olderVersion(path:)`` else.
    ///   - calls: where calls are entered while they are under way.
    ///   - observe: is told of calls that were given up, and of a write-ahead log that cannot be cut.
    /// - Throws: ``SQLiteOpenError``.
    public init(
        path: String, makes: Bool = true, calls: CallLedger = CallLedger(),
        observe: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) throws(SQLiteOpenError) {
        try self.init(path: path, limits: SQLiteLimits(), makes: makes, calls: calls, observe: observe)
    }

    init(
        path: String, limits: SQLiteLimits, makes: Bool = true, calls: CallLedger = CallLedger(),
        time: MachineTime = .system, observe: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) throws(SQLiteOpenError) {
        let desk = CallDesk(limits, calls: calls, observe: observe)
        self.desk = desk
        // All that opening waits for other processes is one budget.
        let clock = desk.clock()
        let call = calls.begin(.sqlite) { "opening \(path)" }
        defer { calls.end(call) }
        do {
            (pool, file) = try CallClock.$current.withValue(clock) {
                try SQLiteStore.demandOwn(path)
                let pool = try SQLiteStore.open(path, SQLiteStore.configuration(limits, time), clock)
                let file = OpenedFileWatch.begin(on: pool)
                try SQLiteStore.prepare(pool, makes: makes, time)
                return (pool, file)
            }
        } catch let error as SQLiteOpenError {
            throw error
        } catch let error as DatabaseError {
            throw SQLiteOpenError(error, path: path)
        } catch {
            throw SQLiteOpenError.cannotOpen(path: path, reason: String(describing: error))
        }
        log = WriteAheadLogTrimmer(pool, desk, observe: observe)
        if makes { log.look() }
    }

    private static func configuration(_ limits: SQLiteLimits, _ time: MachineTime) -> Configuration {
        var configuration = Configuration()
        configuration.label = "logferry"
        configuration.maximumReaderCount = limits.readers
        configuration.prepareDatabase { db in
            CallClock.install(in: db)
            LeaseClock.install(in: db, time)
            guard !db.configuration.readonly else { return }
            // A log that was longer is cut when it is begun anew.
            try db.execute(sql: "PRAGMA journal_size_limit = \(limits.walBytes)")
        }
        return configuration
    }

    /// Makes the schema if it shall be made, and makes sure that it is the one that this release knows.
    private static func prepare(_ pool: DatabasePool, makes: Bool, _ time: MachineTime) throws {
        // The pool has chosen NORMAL for its write-ahead log, after it prepared the connection; a commit that is
        // acknowledged must survive a power cut.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let isNewer = try pool.read { try Migrations.all.hasBeenSuperseded($0) }
        guard !isNewer else { throw SQLiteOpenError.newerVersion(path: pool.path) }
        if makes { try migrate(pool) } else { try demandCurrent(pool) }
        guard try pool.read({ try LeaseClock.isStale(in: $0, time) }) else { return }
        do {
            try pool.write { try LeaseClock.start(in: $0, time) }
        } catch {
            // Whoever only looks needs no leases, and may look at a file that takes no writes.
            if makes { throw error }
        }
    }

    /// Opens the file, waiting for another process that is just turning its write-ahead log on.
    ///
    /// SQLite does not wait for that by itself: whoever comes meanwhile is told at once that the file is locked.
    private static func open(
        _ path: String, _ configuration: Configuration, _ clock: CallClock
    ) throws -> DatabasePool {
        var tries = 0
        while true {
            do {
                return try DatabasePool(path: path, configuration: configuration)
            } catch let error as DatabaseError
                where [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode.primaryResultCode)
            {
                guard clock.waitForLock(after: tries) else { throw error }
                tries += 1
            }
        }
    }

    /// Brings the schema up to date.
    ///
    /// Processes that start at the same moment all find the same migrations missing. Each migration is a transaction
    /// that only the first can end, so who fails looks again at what is left to do.
    private static func migrate(_ pool: DatabasePool) throws {
        var attempts = 0
        while true {
            do {
                return try Migrations.all.migrate(pool)
            } catch {
                attempts += 1
                let isDone = try pool.read { try Migrations.all.hasCompletedMigrations($0) }
                if isDone { return }
                guard attempts < 20 else { throw error }
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }

    /// Makes sure that the file is empty or a store, before anything of it is changed: to turn the write-ahead log on would
    /// already change another program's database.
    /// - Throws: ``SQLiteOpenError/foreign(path:)``; what cannot be read like this is left to who opens it.
    private static func demandOwn(_ path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        guard let queue = try? DatabaseQueue(path: path, configuration: configuration) else { return }
        defer { try? queue.close() }
        // Who makes a store makes the table of its versions first, before anything is written into it.
        let isForeign = try? queue.read { db in
            try Bool.fetchOne(
                db, sql: "SELECT count(*) > 0 AND sum(name = 'grdb_migrations') = 0 FROM sqlite_schema")
        }
        if isForeign == true { throw SQLiteOpenError.foreign(path: path) }
    }

    /// Makes sure that the file has the schema of this release.
    /// - Throws: ``SQLiteOpenError/noStore(path:)`` and ``SQLiteOpenError/olderVersion(path:)``.
    private static func demandCurrent(_ pool: DatabasePool) throws {
        let (isEmpty, isCurrent) = try pool.read { db in
            (try Migrations.all.appliedIdentifiers(db).isEmpty, try Migrations.all.hasCompletedMigrations(db))
        }
        if isEmpty { throw SQLiteOpenError.noStore(path: pool.path) }
        if !isCurrent { throw SQLiteOpenError.olderVersion(path: pool.path) }
    }

    /// Closes the file; calls that are under way are ended, and those that come later fail.
    public func close() throws {
        desk.close()
        try pool.close()
    }

    /// Asks the file a trivial question.
    /// - Throws: ``StorePingError`` when the file cannot be read; ``FileLost`` when it is not the one at its path any more.
    public func ping() async throws {
        try file?.demand()
        do {
            _ = try await read { try Int.fetchOne($0, sql: "SELECT count(*) FROM locks") }
        } catch {
            throw StorePingError(description: error.detail)
        }
    }
}
