import AppRegistry
import BlockingExecutor
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

/// What several writers of one database must not do to each other.
@Suite("Commits into MongoDB", .enabled(if: SharedMongo.url != nil))
struct MongoCommitTests {
    @Test("a record that is there although no cursor was put back changes nothing, and the others come in")
    func strayRecord() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await freshApp(store)
            let writer = StubbornWriter(store, app: app, object: "o", lines: 30)
            let claim = try await writer.claim()
            let step = writer.step(claim, upTo: writer.bytes.count)
            try await database.pool.withClient { client in
                let app = try #require(try client.appNumber(app))
                var stray = RecordInsert(for: [step], in: [])
                let others = Set(step.records.offsets).subtracting([step.records.offsets[3]])
                #expect(stray.append(from: 0, of: step, app: app, except: others) == step.records.count)
                stray.finish()
                try client.run(encoded: stray.bytes, .write)
            }
            #expect(try await store.ports.commit([step]) == [.applied])
            try await writer.verify()
        }
    }

    @Test("the longest line that a document holds is stored, and one beside it")
    func longestLine() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await freshApp(store)
            let claim = try await claimed("o", of: app, in: store)
            var feed = ObjectFeed(claim, maxLineBytes: RecordInsert.lineLimit)
            let start = Array("{\"a\":\"".utf8)
            let letters = [UInt8](repeating: 0x62, count: RecordInsert.lineLimit - start.count - 2)
            let line = start + letters + Array("\"}".utf8)
            #expect(try await store.ports.commit([feed.step(line + Array("\n{}\n".utf8))]) == [.applied])
            let rows = try await database.pool.withClient { client in
                try client.all(.find(Collection.records, [:], ["sort": ["_id": 1]])).map { try $0.bytes("b") }
            }
            #expect(rows == [line, Array("{}".utf8)])
        }
    }

    @Test("once an app is deleted, no commit of it is applied any more, however many are under way")
    func deletionMeetsCommits() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            for _ in 0..<5 {
                let app = try await freshApp(store)
                let isDeleted = Locked(false)
                let count = try await withThrowingTaskGroup(of: Void.self, returning: Int64.self) { group in
                    for index in 0..<3 {
                        group.addTask {
                            try await commitUntilRefused(store, app, index, mayApply: { !isDeleted.withLock { $0 } })
                        }
                    }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 5..<60)))
                    #expect(try await store.ports.deleteApp(app, at: .sample))
                    isDeleted.withLock { $0 = true }
                    let count = try await store.ports.count(LogFilter(app: app))
                    try await group.waitForAll()
                    return count
                }
                #expect(try await store.ports.count(LogFilter(app: app)) == count)
            }
        }
    }

    @Test("a commit that had read before its app was deleted does not get to write afterwards")
    func deletionMeetsSnapshot() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await freshApp(store)
            let writer = StubbornWriter(store, app: app, object: "o", lines: 10)
            let step = writer.step(try await writer.claim(), upTo: writer.bytes.count)
            let (hasRead, isDeleted) = (Locked(false), Locked(false))
            let late = Task {
                try await database.pool.withClient { client in
                    let plan = CommitPlan([step], on: try KnownState(of: [step], client, CommitMemory()))
                    #expect(plan.outcomes == [.applied])
                    hasRead.withLock { $0 = true }
                    while !isDeleted.withLock({ $0 }) { block(for: .milliseconds(1)) }
                    try client.begin()
                    defer { client.leave() }
                    return try client.update(Collection.cursors, plan.cursorChanges)
                }
            }
            await eventually { hasRead.withLock { $0 } }
            #expect(try await store.ports.deleteApp(app, at: .sample))
            isDeleted.withLock { $0 = true }
            #expect(try await late.value == 0, "the fence meets nothing")
            #expect(try await store.ports.commit([step]) == [.appDeleted])
        }
    }

    @Test("what is written of its cursor between the reading of a commit and its writes does not undo it")
    func leaseIsProlongedBetween() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await freshApp(store)
            let claim = try await claimed("o", of: app, in: store)
            var feed = ObjectFeed(claim)
            let step = feed.step("{\"a\":1}\n")
            let (hasRead, isProlonged, attempts) = (Locked(false), Locked(false), Locked(0))
            let met = Task {
                try await database.write(repeatsConflicts: false) { client in
                    attempts.withLock { $0 += 1 }
                    return try KnownState(of: [step], client, CommitMemory())
                } _: { client, known in
                    hasRead.withLock { $0 = true }
                    while !isProlonged.withLock({ $0 }) { block(for: .milliseconds(1)) }
                    let plan = CommitPlan([step], on: known)
                    return try client.update(Collection.cursors, plan.cursorChanges)
                }
            }
            await eventually { hasRead.withLock { $0 } }
            #expect(try await store.ports.extend([claim], for: .seconds(60)).isEmpty)
            isProlonged.withLock { $0 = true }
            #expect(try await met.value == 1)
            #expect(attempts.withLock { $0 } == 1)
        }
    }

    @Test("a commit that goes on where one has ended reads no cursor, and sees all the same what has changed")
    func memory() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await freshApp(store)
            let first = try await claimed("o", of: app, in: store)
            var feed = ObjectFeed(first)
            // The server notes what it is asked, in this database alone.
            _ = try await database.pool.withClient { try $0.run(["profile": 2]) }
            #expect(try await store.ports.commit([feed.step("{\"a\":1}\n")]) == [.applied])
            #expect(try await readings(database) == 1)
            let (second, third) = (feed.step("{\"a\":2}\n"), feed.step("{\"a\":3}\n"))
            #expect(try await store.ports.commit([second, third]) == [.applied, .applied])
            #expect(try await readings(database) == 1)
            // A step that comes once more begins where nothing is remembered.
            #expect(try await store.ports.commit([third]) == [.refused])
            #expect(try await store.ports.commit([feed.step("{\"a\":4}\n")]) == [.applied])

            var late = feed
            try await store.ports.release([first])
            feed.epoch = try await claimed("o", of: app, in: store).epoch
            #expect(try await store.ports.commit([late.step("{\"a\":5}\n")]) == [.refused])
            #expect(try await store.ports.commit([feed.step("{\"a\":6}\n")]) == [.applied])

            #expect(try await store.ports.deleteApp(app, at: .sample))
            #expect(try await store.ports.commit([feed.step("{\"a\":7}\n")]) == [.appDeleted])
            #expect(try await store.ports.count(LogFilter(app: app)) == 5)
        }
    }

    /// How often cursors were looked for since the server notes it.
    private func readings(_ database: MongoStore) async throws -> Int {
        try await database.pool.withClient { client in
            try client.all(.find("system.profile", ["command.find": .string(Collection.cursors)])).count
        }
    }

    /// Commits small objects, one new one after the other, until the store says that the app is deleted.
    private func commitUntilRefused(
        _ store: StoreUnderTest, _ app: AppID, _ index: Int, mayApply: () -> Bool
    ) async throws {
        for round in 0..<10_000 {
            let request = ClaimRequest(
                source: SourceID("deleted:\(app)"), object: ObjectKey("o\(index)-\(round)"), app: app, identity: "a",
                size: 100)
            let outcome = try await store.ports.claim([request], by: .fresh(), for: .seconds(600)).first
            guard case .claimed(let claim) = outcome else {
                #expect(outcome == .appDeleted)
                return
            }
            var feed = ObjectFeed(claim)
            let mayStillApply = mayApply()
            let committed = try await store.ports.commit([feed.step("{\"a\":1}\n")])
            if !mayStillApply { #expect(committed == [.appDeleted]) }
        }
    }
}
