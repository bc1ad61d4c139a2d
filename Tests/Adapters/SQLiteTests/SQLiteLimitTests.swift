import AppRegistry
import CallLedger
import Foundation
import GRDB
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import StoreSupport
import Synchronization
import TestSupport
import Testing

@testable import SQLiteAdapter

/// That every call ends in its time, whatever other processes, statements and disks do.
@Suite("SQLite: calls end in their time", .timeLimit(.minutes(2)))
struct SQLiteLimitTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("store.sqlite") }
    /// Counts for ever.
    private static let endless =
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    init() throws { folder = try TemporaryFolder() }

    @Test("T100: writes behind another process's lock all end in the one time that a call may wait; reads go on")
    func oneBudget() async throws {
        let database = try SQLiteStore(path: path, limits: SQLiteLimits(wait: .seconds(1)))
        let blocker = try Blocker(path: path)
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    let error = await #expect(throws: StoreError.self) { try await database.add(.fresh()) }
                    #expect(error?.reason == .unavailable)
                }
            }
            group.addTask { await #expect(throws: Never.self) { try await database.apps(after: nil, limit: 9) } }
        }
        // One after the other they would take half a minute.
        #expect(.now - start < .seconds(20))
        blocker.letGo()
        try await database.add(.fresh())
        try database.close()
    }

    @Test("T97: a write that another process's lock has held up for as long as a call waits is said to be given up")
    func lockIsSaid() async throws {
        let events = Mutex<[GivenUpCall]>([])
        let database = try SQLiteStore(path: path, limits: SQLiteLimits(wait: .milliseconds(300))) { event in
            if case .callGivenUp(let call) = event { events.withLock { $0.append(call) } }
        }
        let blocker = try Blocker(path: path)
        await #expect(throws: StoreError.self) { try await database.add(.fresh()) }
        let heard = events.withLock { $0 }
        #expect(heard.map(\.reason) == [.locked])
        #expect(heard.first?.waitedFor.contains("another process's lock on the file") == true)
        blocker.letGo()
        try await database.add(.fresh())
        #expect(events.withLock { $0.count } == 1)
        try database.close()
    }

    @Test("T100: all that one call waits is one budget, for however many locks it waits")
    func budgetOverStatements() {
        let clock = CallClock(SQLiteLimits(wait: .milliseconds(60)))
        clock.spend(.milliseconds(20))
        var waits = 0
        // Each lock is had at the third attempt.
        while waits < 10_000, clock.waitForLock(after: waits % 3) { waits += 1 }
        #expect(waits < 100 && clock.waitLeft <= .zero)
        #expect(!clock.waitForLock(after: 0))
    }

    @Test("T100: callers that are cancelled wait no more, for a lock or for their turn, and the connection is free")
    func cancelled() async throws {
        let ledger = CallLedger()
        let database = try SQLiteStore(path: path, limits: SQLiteLimits(wait: .seconds(600)), calls: ledger)
        let blocker = try Blocker(path: path)
        let first = Task { try await database.add(.fresh()) }
        await eventually { ledger.sights.first?.what.contains("another process's lock") == true }
        let second = Task { try await database.add(.fresh()) }
        await eventually { ledger.sights.last?.what.contains("its turn") == true }
        // T98: what they were waiting for is told.
        for (call, words) in [
            (second, "cancelled before its turn"), (first, "cancelled while another process held its lock"),
        ] {
            call.cancel()
            let error = await #expect(throws: StoreError.self) { try await call.value }
            #expect(error?.reason == .unavailable && error?.detail.hasSuffix(words) == true, "\(error?.detail ?? "")")
        }
        #expect(ledger.sights.isEmpty)
        blocker.letGo()
        try await database.add(.fresh())
        #expect(try await database.apps(after: nil, limit: 9).count == 1)
        try database.close()
    }

    @Test("T100: to open a file that must be brought up to date waits for another process once")
    func opening() throws {
        try SQLiteStore(path: path).close()
        try Blocker.run("DELETE FROM grdb_migrations WHERE identifier = '0010-evidence'", on: path)
        let blocker = try Blocker(path: path)
        let start = ContinuousClock.now
        let error = #expect(throws: SQLiteOpenError.self) {
            try SQLiteStore(path: path, limits: SQLiteLimits(wait: .seconds(1)))
        }
        guard case .locked(path) = error, error?.mayPass == true else {
            Issue.record("\(String(describing: error))")
            return
        }
        // Each of the attempts to bring it up to date would wait a second.
        #expect(.now - start < .seconds(12))
        blocker.letGo()
    }

    @Test("T100: statements that take longer than a call may are ended, and nothing of them is left")
    func longStatements() async throws {
        let limits = SQLiteLimits(call: .milliseconds(100))
        let database = try SQLiteStore(path: path, limits: limits)
        for _ in 0..<8 {
            let error = await #expect(throws: StoreError.self) {
                try await database.read { try Int.fetchOne($0, sql: SQLiteLimitTests.endless) }
            }
            #expect(error?.reason == .unavailable && error?.detail.contains("longer than a call may") == true)
        }
        let app = RegisteredApp.fresh()
        let error = await #expect(throws: StoreError.self) {
            try await database.write { db in
                try db.execute(
                    sql: "INSERT INTO apps (id, name, created_at) VALUES (?, ?, 0)",
                    arguments: [app.id.text, app.name.text])
                _ = try Int.fetchOne(db, sql: SQLiteLimitTests.endless)
            }
        }
        #expect(error?.reason == .unavailable)
        #expect(try await database.app(app.id) == nil)
        try await database.add(app)
        try database.close()
    }

    @Test(
        "T100: a thread that does not come back is given up; its outcome is unknown, and others are refused meanwhile")
    func stuck() async throws {
        let events = Mutex<[GivenUpCall]>([])
        let limits = SQLiteLimits(wait: .milliseconds(200), call: .milliseconds(200), stuck: .milliseconds(200))
        let database = try SQLiteStore(path: path, limits: limits) { event in
            if case .callGivenUp(let call) = event { events.withLock { $0.append(call) } }
        }
        // As a disk that hangs in the middle of a commit.
        let disk = DispatchSemaphore(value: 0)
        let error = await #expect(throws: StoreError.self) {
            try await database.write { _ in disk.wait() }
        }
        #expect(error?.reason == .outcomeUnknown)
        let refused = await #expect(throws: StoreError.self) { try await database.add(.fresh()) }
        #expect(refused?.reason == .unavailable && refused?.detail.contains("no turn in time") == true)
        #expect(try await database.apps(after: nil, limit: 9).isEmpty)
        let heard = events.withLock { $0 }
        #expect(heard.count == 1 && heard.first?.reason == .stuck && heard.first?.threadsHeld == 1)
        disk.signal()
        await eventually { (try? await database.add(.fresh())) != nil }
        try database.close()
    }

    @Test("T100: to close ends what is under way, the wait for a lock included")
    func closing() async throws {
        let ledger = CallLedger()
        let database = try SQLiteStore(path: path, limits: SQLiteLimits(wait: .seconds(600)), calls: ledger)
        let blocker = try Blocker(path: path)
        let write = Task { try await database.add(.fresh()) }
        let read = Task { try await database.read { try Int.fetchOne($0, sql: SQLiteLimitTests.endless) } }
        await eventually { ledger.sights.count { !$0.what.contains("its turn") } == 2 }
        try database.close()
        await #expect(throws: StoreError.self) { try await write.value }
        await #expect(throws: StoreError.self) { try await read.value }
        blocker.letGo()
    }
}
