import AppRegistry
import Foundation
import GRDB
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

@testable import SQLiteAdapter

/// That reading long answers leaves the file's write-ahead log free.
@Suite("SQLite export")
struct SQLiteExportTests {
    private let folder: TemporaryFolder
    private let database: SQLiteStore
    private let app = RegisteredApp.fresh()
    private var path: String { folder.file("store.sqlite") }

    init() async throws {
        folder = try TemporaryFolder()
        database = try SQLiteStore(path: folder.file("store.sqlite"))
        try await database.add(app)
    }

    private func service(scanLimit: Int = RecordRows.scanLimit) -> LogQueryService {
        var reader = database
        reader.scanLimit = scanLimit
        return LogQueryService(reader: reader, signer: PlainSigner())
    }

    /// A feed of a new object.
    private func feed(_ object: String) async throws -> ObjectFeed {
        let request = ClaimRequest(
            source: SourceID("s"), object: ObjectKey(object), app: app.id, identity: "a", size: 1 << 40)
        let outcome = try await database.claim([request], by: .fresh(), for: .seconds(600)).first
        guard case .claimed(let claim)? = outcome else { throw CancellationError() }
        return ObjectFeed(claim)
    }

    private func commit(_ count: Int, from first: Int, to feed: inout ObjectFeed) async throws {
        let text = (first..<first + count).map { "{\"n\":\($0),\"level\":\"info\",\"ts\":\($0)}\n" }.joined()
        let outcomes = try await database.commit([feed.step(text)])
        #expect(outcomes == [.applied])
    }

    /// Takes the write-ahead log up into the file, from a connection of its own.
    /// - Returns: whether somebody's read kept it from being emptied, and its length in bytes.
    private func emptyLog() throws -> (isPinned: Bool, bytes: Int) {
        let queue = try DatabaseQueue(path: path)
        let row = try queue.inDatabase { try Row.fetchOne($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try queue.close()
        let size = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
        return ((row?[0] as Int?) != 0, size ?? -1)
    }

    @Test("an export that is paused pins nothing: what is committed meanwhile is taken up into the file")
    func pausedExport() async throws {
        var old = try await feed("old")
        try await commit(4500, from: 0, to: &old)
        for order in [LogOrder.stored, .newestFirst] {
            let others = try await service().count(LogFilter(app: app.id))
            var records = service().records(
                LogFilter(
                    app: app.id,
                    conditions: [
                        Condition(path: ["n"], test: .exists(true))
                    ]), order: order, limit: nil)
            var seen = Set<RecordPosition>()
            var rows = try #require(try await records.next())
            #expect(rows.count <= 2000)
            for row in 0..<rows.count { seen.insert(rows.position(row)) }
            // The reader goes for a coffee; a writer goes on.
            var longest = 0
            var new = try await feed("while \(order)")
            for round in 0..<6 {
                try await commit(200, from: 1_000_000 + round * 200, to: &new)
                let log = try emptyLog()
                #expect(!log.isPinned)
                longest = max(longest, log.bytes)
            }
            #expect(longest == 0)
            var count = rows.count
            while let next = try await records.next() {
                rows = next
                #expect(rows.count <= 2000)
                count += rows.count
                for row in 0..<rows.count { seen.insert(rows.position(row)) }
            }
            // Each row that was there comes once.
            #expect(seen.count == count && count >= Int(others))
        }
        // The same question, asked while a read is really held, shows that the check can fail.
        let pool = try DatabasePool(path: path)
        let snapshot = try pool.makeSnapshot()
        try await commit(10, from: 5_000_000, to: &old)
        #expect(try emptyLog().isPinned)
        _ = try await snapshot.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM records") }
    }

    @Test("a call that finds nothing looks at so many rows and no more, in every order")
    func boundedScan() async throws {
        var feed = try await feed("o")
        try await commit(5000, from: 0, to: &feed)
        var reader = database
        reader.scanLimit = 1200
        let future = Timestamp(nanoseconds: 9_000_000_000_000)
        for (order, filter) in [
            (LogOrder.newestFirst, LogFilter(app: app.id, level: .fatal)),
            (.oldestFirst, LogFilter(app: app.id, minLevel: .fatal)), (.stored, LogFilter(app: app.id, level: .fatal)),
            (.stored, LogFilter(app: app.id, from: future)),
        ] {
            var (position, calls): (RecordPosition?, [Int64]) = (nil, [])
            repeat {
                let rows = try await reader.rows(filter, order: order, after: position, limit: 50)
                #expect(rows.isEmpty)
                position = rows.next(after: 50)
                if let position { calls.append(position.offset) }
            } while position != nil
            #expect(calls.count == 4, "\(order)")
            var records = service(scanLimit: 1200).records(filter, order: order, limit: nil)
            #expect(try await records.next() == nil)
        }
    }
}
