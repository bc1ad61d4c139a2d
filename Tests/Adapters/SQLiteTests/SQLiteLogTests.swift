import AppRegistry
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

/// The write-ahead log's file, which grows while somebody reads in one transaction.
@Suite("SQLite: the write-ahead log is cut", .timeLimit(.minutes(2)))
struct SQLiteLogTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("store.sqlite") }
    private let app = RegisteredApp.fresh()

    init() throws { folder = try TemporaryFolder() }

    private func open(
        _ limits: SQLiteLimits, _ observe: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) async throws -> (SQLiteStore, ObjectFeed) {
        let database = try SQLiteStore(path: path, limits: limits, observe: observe)
        try await database.add(app)
        let request = ClaimRequest(
            source: SourceID("s"), object: ObjectKey("o"), app: app.id, identity: "a", size: 1 << 40)
        let outcome = try await database.claim([request], by: .fresh(), for: .seconds(600)).first
        guard case .claimed(let claim)? = outcome else { throw CancellationError() }
        return (database, ObjectFeed(claim))
    }

    private func commit(_ count: Int, to feed: inout ObjectFeed, of database: SQLiteStore) async throws {
        for _ in 0..<count {
            let text = (0..<100).map { "{\"n\":\($0),\"text\":\"\(String(repeating: "x", count: 400))\"}\n" }.joined()
            #expect(try await database.commit([feed.step(text)]) == [.applied])
        }
    }

    private var bytes: Int {
        (try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int) ?? -1
    }

    /// Another process's transaction that reads.
    private func reader() throws -> DatabaseSnapshot { try DatabasePool(path: path).makeSnapshot() }

    @Test("T100: a log that grew under a long read is cut when the reader is gone, although nobody writes any more")
    func cutWithoutWrites() async throws {
        let events = Mutex<(held: Int, cut: Int)>((0, 0))
        let limits = SQLiteLimits(
            walBytes: 1 << 18, walPause: .milliseconds(20), longestWalPause: .milliseconds(50), walPatience: .zero)
        var (database, feed) = try await open(limits) { event in
            events.withLock { events in
                if case .writeAheadLogIsHeld = event { events.held += 1 }
                if case .writeAheadLogIsCut = event { events.cut += 1 }
            }
        }
        var reader: DatabaseSnapshot? = try reader()
        try await commit(60, to: &feed, of: database)
        #expect(bytes > 1 << 20)
        await eventually { events.withLock { $0.held == 1 && $0.cut == 0 } }
        #expect(try await reader?.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM records") } == 0)
        reader = nil
        await eventually { bytes <= 1 << 18 }
        await eventually { events.withLock { $0.cut == 1 } }
        #expect(try await database.count(LogFilter(app: app.id)) == 6000)
        try await commit(1, to: &feed, of: database)
        try database.close()
    }

    @Test("T100: that a read keeps the log from being cut is said when its time is over, also between two attempts")
    func saidInTime() {
        let wait = WriteAheadLogTrimmer.wait
        #expect(wait(.seconds(27), .seconds(4)) == .seconds(4))
        #expect(wait(.seconds(2), .seconds(27)) == .seconds(2))
        // It was said, or could not be, since an attempt failed.
        #expect(wait(.seconds(27), .zero) == .seconds(27) && wait(.seconds(27), .seconds(-1)) == .seconds(27))
    }

    @Test("T100: the commits after a long read cut the log themselves")
    func cutByCommits() async throws {
        let limits = SQLiteLimits(walBytes: 1 << 18, walPause: .seconds(3600))
        var (database, feed) = try await open(limits)
        var reader: DatabaseSnapshot? = try reader()
        try await commit(60, to: &feed, of: database)
        let grown = bytes
        #expect(grown > 1 << 20)
        withExtendedLifetime(reader) {}
        reader = nil
        // The first takes the log up into the file, the next one begins it anew.
        for _ in 0..<3 { try await commit(1, to: &feed, of: database) }
        #expect(bytes <= 1 << 19 && bytes < grown)
        try database.close()
    }

    @Test("T100: a long count and a histogram let their view of the file go, and find what one view finds")
    func views() async throws {
        var (database, feed) = try await open(SQLiteLimits(viewedRows: 700))
        let text = (0..<20_000).map { number in
            "{\"n\":\(number),\"level\":\"\(number % 3 == 0 ? "error" : "info")\",\"ts\":\(number)}\n"
        }
        #expect(try await database.commit([feed.step(text.joined())]) == [.applied])
        let (whole, plain) = (try SQLiteStore(path: path), database)
        let rows = try await whole.rows(LogFilter(app: app.id), order: .oldestFirst, after: nil, limit: 2)
        let first = Timestamp(nanoseconds: try #require(rows.timestamps.first))
        for filter in [
            LogFilter(app: app.id), LogFilter(app: app.id, level: .error), LogFilter(app: app.id, from: first),
        ] {
            let count = try await whole.count(filter)
            #expect(count > 0)
            let bars = try await whole.histogram(filter, interval: .milliseconds(1), limit: 100_000)
            for reader in [plain, plain.reading(.long)] {
                #expect(try await reader.count(filter) == count)
                let found = try await reader.histogram(filter, interval: .milliseconds(1), limit: 100_000)
                #expect(found == bars && !bars.isEmpty)
            }
        }
        // The statements of one question run in many transactions.
        let plans = try await plain.plans { _ = try await $0.count(LogFilter(app: app.id)) }
        #expect(plans.count > 20 && plans.allSatisfy { $0.scans.isEmpty })
        try database.close()
    }
}
