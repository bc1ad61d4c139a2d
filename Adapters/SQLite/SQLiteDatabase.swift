import BlockingExecutor
public import CallLedger
import Foundation
import GRDB
import SQLiteFiles

/// The embedded store: one SQLite file, which several processes of one machine may have open.
///
/// Write-ahead log, `synchronous=FULL` (an acknowledged commit has been fsynced), writes begin IMMEDIATE.
public struct SQLiteDatabase: Sendable {
    let pool: DatabasePool
    /// The calls that are under way.
    let calls: CallLedger
    /// The file that is open; `nil` when it was gone before it could be looked at.
    private let file: OpenedFile?
    /// Where reads that take long are made; as many connections are left for others.
    let background = BlockingThreads(
        name: "sqlite-long", count: SQLiteDatabase.readers / 2, niceness: BackgroundThreads.niceness)

    /// How many reads there are at a time.
    private static let readers = 6

    /// Opens the file, makes it when it is missing, and brings its schema up to date.
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - busyTimeout: how long a write waits for another process's write.
    ///   - makes: whether a schema is made or brought up to date; ``SQLiteOpenError/noStore(path:)`` and
    ///     ``SQLiteOpenError/olderVersion(path:)`` else.
    ///   - calls: where calls are entered while they are under way.
    /// - Throws: ``SQLiteOpenError``.
    public init(
        path: String, busyTimeout: Duration = .seconds(10), makes: Bool = true, calls: CallLedger = CallLedger()
    ) throws(SQLiteOpenError) {
        try self.init(path: path, busyTimeout: busyTimeout, makes: makes, calls: calls, time: .system)
    }

    init(
        path: String, busyTimeout: Duration = .seconds(10), makes: Bool = true, calls: CallLedger = CallLedger(),
        time: MachineTime
    ) throws(SQLiteOpenError) {
        self.calls = calls
        let call = calls.begin(.sqlite) { "opening \(path)" }
        defer { calls.end(call) }
        var configuration = Configuration()
        configuration.label = "logferry"
        configuration.busyMode = .timeout(Double(busyTimeout.components.seconds))
        configuration.maximumReaderCount = SQLiteDatabase.readers
        configuration.prepareDatabase { db in LeaseClock.install(in: db, time) }
        do {
            try SQLiteDatabase.demandOwn(path)
            pool = try SQLiteDatabase.open(path, configuration, within: busyTimeout)
            file = OpenedFileWatch.begin(on: pool)
            // The pool has chosen NORMAL for its write-ahead log, after it prepared the connection; a commit that is
            // acknowledged must survive a power cut.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let isNewer = try pool.read { try Migrations.all.hasBeenSuperseded($0) }
            guard !isNewer else { throw SQLiteOpenError.newerVersion(path: path) }
            if makes { try SQLiteDatabase.migrate(pool) } else { try SQLiteDatabase.demandCurrent(pool, path) }
            if try pool.read({ try LeaseClock.isStale(in: $0, time) }) {
                do {
                    try pool.write { try LeaseClock.start(in: $0, time) }
                } catch {
                    // Whoever only looks needs no leases, and may look at a file that takes no writes.
                    if makes { throw error }
                }
            }
        } catch let error as SQLiteOpenError {
            throw error
        } catch let error as DatabaseError {
            throw SQLiteOpenError(error, path: path)
        } catch {
            throw SQLiteOpenError.cannotOpen(path: path, reason: String(describing: error))
        }
    }

    /// Opens the file, waiting for another process that is just turning its write-ahead log on.
    ///
    /// SQLite does not wait for that by itself: whoever comes meanwhile is told at once that the file is locked.
    private static func open(
        _ path: String, _ configuration: Configuration, within limit: Duration
    ) throws -> DatabasePool {
        let end = ContinuousClock.now.advanced(by: limit)
        while true {
            do {
                return try DatabasePool(path: path, configuration: configuration)
            } catch let error as DatabaseError
                where [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode.primaryResultCode)
            {
                guard ContinuousClock.now < end else { throw error }
                Thread.sleep(forTimeInterval: 0.02)
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
    private static func demandCurrent(_ pool: DatabasePool, _ path: String) throws {
        let (isEmpty, isCurrent) = try pool.read { db in
            (try Migrations.all.appliedIdentifiers(db).isEmpty, try Migrations.all.hasCompletedMigrations(db))
        }
        if isEmpty { throw SQLiteOpenError.noStore(path: path) }
        if !isCurrent { throw SQLiteOpenError.olderVersion(path: path) }
    }

    /// Closes the file; calls that come later fail.
    public func close() throws {
        try pool.close()
    }

    /// Asks the file a trivial question.
    /// - Throws: what SQLite says when the file cannot be read; ``FileLost`` when it is not the one at its path any more.
    public func ping() async throws {
        try file?.demand()
        try await calls.follow(.sqlite, "SQLiteDatabase.ping()") {
            _ = try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM locks") }
        }
    }
}

/// Why a store file could not be opened; the words say what to do.
public enum SQLiteOpenError: Error, Sendable, CustomStringConvertible {
    /// It holds no store, and none is to be made.
    case noStore(path: String)
    /// It is the database of another program.
    case foreign(path: String)
    /// An earlier release has written it, and it is not to be changed.
    case olderVersion(path: String)
    /// A newer release has written it.
    case newerVersion(path: String)
    /// It is no SQLite file, or a damaged one.
    case corrupt(path: String, reason: String)
    /// It cannot be opened or written.
    case cannotOpen(path: String, reason: String)

    init(_ error: DatabaseError, path: String) {
        let reason = error.message ?? "error \(error.resultCode.rawValue)"
        switch error.resultCode.primaryResultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT: self = .corrupt(path: path, reason: reason)
        default: self = .cannotOpen(path: path, reason: reason)
        }
    }

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .noStore(let path): "the file \(path) holds no store yet"
        case .foreign(let path):
            "the file \(path) is a database of another program: name another file in store.url"
        case .olderVersion(let path): "the store \(path) has the schema of an earlier release"
        case .newerVersion(let path):
            "the store \(path) was written by a newer release of logferry: run that release, or restore an older backup"
        case .corrupt(let path, let reason):
            "the store \(path) is not a readable SQLite file (\(reason)): restore it from a backup, or move it away to "
                + "begin with an empty one"
        case .cannotOpen(let path, let reason) where reason.contains("full"):
            "the store \(path) cannot be opened (\(reason)): make room on its disk"
        case .cannotOpen(let path, let reason):
            "the store \(path) cannot be opened (\(reason)): check that its folder exists and is writable"
        }
    }
}
