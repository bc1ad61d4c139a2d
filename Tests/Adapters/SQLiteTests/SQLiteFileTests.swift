import AppRegistry
import CallLedger
import DistributedLock
import Foundation
import IngestionJobs
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

@testable import SQLiteAdapter

@Suite("SQLite file")
struct SQLiteFileTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("store.sqlite") }

    init() throws { folder = try TemporaryFolder() }

    @Test("what was committed is there when the file is opened again")
    func reopened() async throws {
        let app = RegisteredApp.fresh()
        var progress = CursorProgress()
        do {
            let database = try SQLiteStore(path: path)
            try await database.add(app)
            let claim = try await claim("o", of: app.id, in: database)
            var feed = ObjectFeed(claim)
            _ = try await database.commit([feed.step("{\"kept\":1}\nbad\n")])
            progress = feed.progress
            try database.close()
        }
        let database = try SQLiteStore(path: path)
        let cursors = try await database.cursors(of: app.id, after: nil, limit: 9)
        #expect(cursors.map(\.progress) == [progress])
        #expect(try await database.count(LogFilter(app: app.id)) == 1)
        #expect(try await database.rejects(of: app.id, after: nil, limit: 9).count == 1)
        try await database.ping()
        try database.close()
    }

    @Test("B3: nothing is committed to a file that was deleted or replaced, and a ping says so")
    func lostFile() async throws {
        let database = try SQLiteStore(path: path)
        try await database.add(.fresh())
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        for _ in 1...2 {
            await #expect(throws: (any Error).self) { try await database.ping() }
            let failure = await #expect(throws: StoreError.self) { try await database.add(.fresh()) }
            #expect(failure?.reason == .unavailable && failure?.detail.contains("deleted or replaced") == true)
            // Another file in its place is not the one that is open.
            try Data().write(to: URL(fileURLWithPath: path))
        }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        try await database.add(.fresh())
        try await database.ping()
        #expect(try await database.apps(after: nil, limit: 9).count == 2)
        try database.close()
    }

    @Test("T22: a file of the releases before goes on, its cursors and runs as they were")
    func fileOfBefore() async throws {
        let app = RegisteredApp.fresh()
        let run = Run(id: .mint(at: .sample, from: FreshEntropy()), kind: .consumeLogs, startedAt: .sample)
        var database = try SQLiteStore(path: path)
        try await database.add(app)
        var feed = ObjectFeed(try await claim("o", of: app.id, in: database))
        _ = try await database.commit([feed.step("{\"kept\":1}\n")])
        try await database.save(run)
        try database.close()
        try sqlite("DROP INDEX client_tokens_sealed")
        for table in [
            "client_tokens DROP COLUMN seal", "cursors DROP COLUMN version_seen", "cursors DROP COLUMN hidden_seen",
            "runs DROP COLUMN untimed",
        ] {
            try sqlite("ALTER TABLE \(table)")
        }
        try sqlite("DELETE FROM grdb_migrations WHERE identifier IN ('0010-evidence', '0011-seals')")
        database = try SQLiteStore(path: path)
        let cursors = try await database.cursors(of: app.id, after: nil, limit: 9)
        #expect(cursors.map(\.progress) == [feed.progress])
        #expect(try await database.run(run.id) == run)
        #expect(try await database.commit([feed.step("{\"more\":1}\n")]) == [.applied])
        try database.close()
    }

    @Test("two handles on one file race as two processes do: every line once, none lost")
    func twoHandles() async throws {
        // SQLite lets those who wait for the file's lock ask again and again, in no order: one may wait for long.
        let (one, two) = (
            try SQLiteStore(path: path, limits: SQLiteLimits(wait: .seconds(120))),
            try SQLiteStore(path: path, limits: SQLiteLimits(wait: .seconds(120)))
        )
        let app = RegisteredApp.fresh()
        try await one.add(app)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for database in [one, two] {
                group.addTask {
                    for round in 0..<40 { try await race(database, app.id, "o\(round % 5)") }
                }
            }
            try await group.waitForAll()
        }
        let rows = try await one.rows(
            LogFilter(app: app.id), order: .stored, after: nil, limit: 1000)
        let cursors = try await two.cursors(of: app.id, after: nil, limit: 100)
        #expect(cursors.count == 5)
        #expect(Int64(rows.count) == cursors.reduce(0) { $0 + $1.progress.counts.records })
        #expect(rows.count > 0 && rows.count <= 80)
        for cursor in cursors {
            let own = (0..<rows.count).filter { rows.generations[$0] == cursor.generation }
            #expect(own.map { rows.lineNumbers[$0] } == Array(1...cursor.progress.lines))
        }
        try one.close()
        try two.close()
    }

    /// Takes an object by force, in that its lease is over at once, and appends a line to it.
    private func race(_ database: SQLiteStore, _ app: AppID, _ object: String) async throws {
        let claim = try await claim(object, of: app, in: database, lease: .zero)
        var start = claim.cursor.progress
        start.tail = TailMark()
        var feed = ObjectFeed(claim, from: start, overlap: [])
        let outcomes = try await database.commit([feed.step("{\"n\":1}\n")])
        #expect(outcomes == [.applied] || outcomes == [.refused])
    }

    @Test("of 60 takers in two handles one has the lock")
    func lockOverTwoHandles() async throws {
        let stores = [try SQLiteStore(path: path), try SQLiteStore(path: path)]
        let granted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<60 {
                group.addTask {
                    let answer = try await stores[index % 2].acquire(
                        LockName("l"), by: .fresh(), for: .seconds(60))
                    if case .granted = answer { return true }
                    return false
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(granted == 1)
    }

    @Test("a file of an earlier release, or without a store, is left as it is by those who only look")
    func olderVersion() throws {
        try sqlite("CREATE TABLE strange (a)")
        for makes in [true, false] {
            let foreign = #expect(throws: SQLiteOpenError.self) { try SQLiteStore(path: path, makes: makes) }
            guard case .foreign(path) = foreign else {
                Issue.record("\(String(describing: foreign))")
                return
            }
        }
        #expect(try Blocker.number("SELECT count(*) FROM sqlite_schema", on: path) == 1)
        let isLogged = "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"
        #expect(try Blocker.number(isLogged, on: path) == 0)
        try sqlite("DROP TABLE strange")
        let empty = #expect(throws: SQLiteOpenError.self) { try SQLiteStore(path: path, makes: false) }
        guard case .noStore(path) = empty else {
            Issue.record("\(String(describing: empty))")
            return
        }
        try SQLiteStore(path: path).close()
        try sqlite("DELETE FROM grdb_migrations WHERE identifier = (SELECT max(identifier) FROM grdb_migrations)")
        let count = try Blocker.number("SELECT count(*) FROM grdb_migrations", on: path)
        let error = #expect(throws: SQLiteOpenError.self) { try SQLiteStore(path: path, makes: false) }
        guard case .olderVersion(path) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try Blocker.number("SELECT count(*) FROM grdb_migrations", on: path) == count)
    }

    @Test("a file that a newer release wrote is refused, and left as it is")
    func newerVersion() throws {
        try SQLiteStore(path: path).close()
        try sqlite("INSERT INTO grdb_migrations VALUES ('9999-of-tomorrow')")
        let error = #expect(throws: SQLiteOpenError.self) { try SQLiteStore(path: path) }
        guard case .newerVersion(path) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("newer release") == true)
    }

    @Test("a file that is no database, or a damaged one, is named as such and left as it is", arguments: [0, 1, 2])
    func corrupt(_ kind: Int) throws {
        var bytes = Data(repeating: 0x41, count: 8192)
        if kind > 0 {
            try SQLiteStore(path: path).close()
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            // The first page holds the table of tables; the header stays whole in one case.
            bytes.replaceSubrange(
                (kind == 1 ? 0 : 100)..<4096, with: Data(repeating: 0x5A, count: kind == 1 ? 4096 : 3996))
        }
        // The log of the last writes would heal what is damaged here.
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        try bytes.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: SQLiteOpenError.self) { try SQLiteStore(path: path) }
        guard case .corrupt(path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("restore it from a backup") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test("a missing folder, a path that is a folder and a place that is not writable are named as such")
    func cannotOpen() throws {
        for path in [folder.file("missing/store.sqlite"), folder.path, "/sys/logferry.sqlite"] {
            let error = #expect(throws: SQLiteOpenError.self) { try SQLiteStore(path: path) }
            guard case .cannotOpen(path, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("a store that is closed fails every port with its own error")
    func closed() async throws {
        let database = try SQLiteStore(path: path)
        try database.close()
        await #expect(throws: StoreError.self) { try await database.app(.fresh()) }
        await #expect(throws: StoreError.self) { try await database.token(.fresh()) }
        await #expect(throws: StoreError.self) { try await database.release([]) }
        await #expect(throws: StoreError.self) { try await database.commit([]) }
        await #expect(throws: StoreError.self) {
            try await database.count(LogFilter(app: .fresh()))
        }
        await #expect(throws: LockStoreError.self) {
            try await database.acquire(LockName("l"), by: .fresh(), for: .seconds(1))
        }
    }

    @Test("a writer that meets another's long write waits, and gives up as unavailable")
    func busy() async throws {
        let database = try SQLiteStore(path: path, limits: SQLiteLimits(wait: .zero))
        let app = RegisteredApp.fresh()
        try await database.add(app)
        let blocker = try Blocker(path: path)
        let error = await #expect(throws: StoreError.self) {
            try await database.add(.fresh())
        }
        #expect(error?.reason == .unavailable)
        let commit = await #expect(throws: StoreError.self) {
            try await database.commit([])
        }
        #expect(commit?.reason == .unavailable)
        blocker.letGo()
        try await database.add(.fresh())
    }

    @Test("T97: a call that waits for another process is seen from outside, and not after it has ended")
    func seenFromOutside() async throws {
        let ledger = CallLedger()
        let database = try SQLiteStore(path: path, calls: ledger)
        let blocker = try Blocker(path: path)
        let call = Task { try await database.add(.fresh()) }
        await eventually { !ledger.sights.isEmpty }
        await eventually { ledger.sights.first?.what == "AppStore.add(_:), another process's lock on the file" }
        #expect(ledger.sights.map(\.backend) == [.sqlite], "\(ledger.sights)")
        blocker.letGo()
        try await call.value
        #expect(ledger.sights.isEmpty)
    }

    private func claim(
        _ object: String, of app: AppID, in database: SQLiteStore, lease: Duration = .seconds(60)
    ) async throws -> Claim {
        let request = ClaimRequest(
            source: SourceID("s"), object: ObjectKey(object), app: app, identity: "a", size: 1 << 40)
        let outcome = try await database.claim([request], by: .fresh(), for: lease).first
        guard case .claimed(let claim) = outcome else { throw Unclaimed() }
        return claim
    }

    private struct Unclaimed: Error {}

    /// Runs a statement behind the adapter's back.
    private func sqlite(_ sql: String) throws { try Blocker.run(sql, on: path) }
}
