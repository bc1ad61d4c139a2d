import AppRegistry
import BlockingExecutor
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

@Suite("The field catalogue in MongoDB", .enabled(if: SharedMongo.url != nil))
struct MongoFieldTests {
    @Test("paths may hold what no name of a member may, and as many as an app may have come in one step")
    func paths() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await freshApp(store)
            let claim = try await claimed("o", of: app, in: store)
            let odd = ["", "$set", "$where.$x", "..", ".a", "a\u{0}b", "_id", "\u{FFFF}"]
            let long = (0..<10_000).map { "p\($0)" + String(repeating: "x", count: 500) }
            let paths = (odd + long).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            #expect(try await database.apply(seen(app, claim.generation, 0, 1, paths)) == .applied)
            #expect(try await database.apply(seen(app, claim.generation, 1, 2, paths)) == .applied)
            let kept = try await database.fields(of: app, after: nil, limit: 20_000)
            #expect(kept.map { Array($0.path.utf8) } == paths.map { Array($0.utf8) })
            #expect(kept.allSatisfy { $0.count == 2 })
        }
    }

    @Test("a step that began before its app was deleted and erased does not get to write afterwards")
    func erasureMeetsSnapshot() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await freshApp(store)
            let claim = try await claimed("o", of: app, in: store)
            let (hasBegun, isErased) = (Locked(false), Locked(false))
            let late = Task {
                try await database.pool.withClient { client in
                    try client.begin()
                    defer { client.leave() }
                    // The snapshot is of now.
                    #expect(try client.activeApps([app]) == [app])
                    hasBegun.withLock { $0 = true }
                    while !isErased.withLock({ $0 }) { block(for: .milliseconds(1)) }
                    _ = try database.apply(seen(app, claim.generation, 0, 1, ["a"]), client)
                    try client.commit()
                }
            }
            await eventually { hasBegun.withLock { $0 } }
            #expect(try await store.ports.deleteApp(app, at: .sample))
            while try await !database.erase(limit: 9).isDone {}
            isErased.withLock { $0 = true }
            let error = await #expect(throws: MongoError.self) { try await late.value }
            #expect(error?.isTransient == true)
            #expect(try await count(of: Collection.fields, in: database) == 0)
        }
    }
}

@Suite("Retention in MongoDB under faults", .enabled(if: SharedMongo.url != nil), .serialized)
struct MongoRetentionFaultTests {
    @Test(
        "a connection that is cut within a removal, or before the answer to one or to its commit, changes no figure",
        arguments: [CuttingProxy.Cut.within("deletes"), .answer(to: "deletes"), .answer(to: "commitTransaction")])
    func cut(_ cut: CuttingProxy.Cut) async throws {
        try await MongoFaultTests.withProxy { proxy, store, app in
            var feed = ObjectFeed(try await claimed("o", of: app, in: store))
            #expect(try await store.ports.commit([feed.step(numbered(50), at: Ages.old)]) == [.applied])
            let retention = store.ports
            proxy.cutNext(cut)
            let step = try await retention.expire(expiry(of: app, followers: [.fieldIndex]), from: nil, limit: 30)
            #expect(proxy.cuts == 1)
            #expect(step.records == 29)
            #expect(try await retention.missed(of: .fieldIndex, limit: 9).map(\.records) == [29])
            #expect(try await store.ports.count(LogFilter(app: app)) == 21)
        }
    }

    @Test("a step that never gets through leaves nothing half done, and the next one does all of it")
    func lost() async throws {
        try await MongoFaultTests.withProxy { proxy, store, app in
            let claim = try await claimed("o", of: app, in: store)
            var feed = ObjectFeed(claim)
            #expect(try await store.ports.commit([feed.step(numbered(50), at: Ages.old)]) == [.applied])
            let retention = store.ports
            let plan = expiry(of: app, followers: [.fieldIndex])
            // The records are gone by then, and what was missed is not noted yet.
            proxy.cutNext(.answerAndAll(to: "follower_misses"))
            await #expect(throws: StoreError.self) {
                try await retention.expire(plan, from: nil, limit: 30)
            }
            #expect(proxy.cuts == 1)
            proxy.heal()
            let rows = try await store.ports.rows(of: claim.generation, from: 0, limit: 100)
            #expect(rows.count == 50)
            #expect(try await retention.missed(of: .fieldIndex, limit: 9) == [])
            // What was cut off stands in the way until the server ends it, half a minute later at most.
            var step = try? await retention.expire(plan, from: nil, limit: 100)
            if step == nil { step = try await retention.expire(plan, from: nil, limit: 100) }
            #expect(step?.records == 50 && step?.missed.map(\.records) == [50])
            #expect(try await retention.missed(of: .fieldIndex, limit: 9) == step?.missed)
        }
    }
}
