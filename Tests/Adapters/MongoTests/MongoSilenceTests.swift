import AppRegistry
import BlockingExecutor
import CallLedger
import Foundation
import Glibc
import HostLookup
import LogModel
import PortContracts
import ServerRig
import StoreSupport
import TestSupport
import Testing

@testable import MongoAdapter

/// That every call ends in its time when the server accepts everything and answers nothing.
@Suite("MongoDB falls silent", .enabled(if: SharedMongo.url != nil), .timeLimit(.minutes(5)))
struct MongoSilenceTests {
    @Test("T91: calls to a frozen server end and are counted; calls go on when it does")
    func frozen() async throws {
        try await OwnServer.with { server in
            let scene = try SilentScene()
            let database = try await scene.database(at: named("own", in: server.url))
            try await database.add(.fresh())
            try server.freeze()
            let error = await #expect(throws: StoreError.self) { try await database.apps(after: nil, limit: 10) }
            #expect(error?.reason == .unavailable)
            await #expect(throws: StoreError.self) { try await database.add(.fresh()) }
            #expect(scene.heard.losses.contains { $0.reason == .silent && $0.waitedFor == "find apps" })
            try server.thaw()
            await eventually { (try? await database.apps(after: nil, limit: 10).count) == 1 }
            await database.close()
            scene.proxy.stop()
        }
    }

    @Test("T91: what waits for a server that fell silent is sent again when the server is there again, and done once")
    func silentForAWhile() async throws {
        var scene = try SilentScene()
        // A transaction that was cut off is undone first: the library looks for a server for five seconds, and only then is
        // the transaction begun again. On a busy machine eight seconds are not enough for both.
        (scene.limits.retries, scene.limits.patience) = (.seconds(30), .seconds(30))
        let heard = scene.heard
        let database = try await scene.database(size: 1)
        let app = RegisteredApp.fresh()
        try await database.add(app)
        scene.proxy.mood = .holding
        // A read, one document and a transaction.
        async let read = database.apps(after: nil, limit: 10)
        await eventually { !heard.losses.isEmpty }
        scene.proxy.mood = .calm
        #expect(try await read == [app])
        scene.proxy.mood = .holding
        async let deletion = database.deleteApp(app.id, at: .sample)
        await eventually { heard.losses.count >= 2 }
        scene.proxy.mood = .calm
        #expect(try await deletion)
        scene.proxy.mood = .holding
        async let revocation = database.revoke(.mint(at: .sample, from: FreshEntropy()), at: .sample)
        await eventually { heard.losses.count >= 3 }
        scene.proxy.mood = .calm
        #expect(try await !revocation)
        #expect(Set(heard.losses.map(\.reason)) == [.silent])
        await database.close()
        scene.proxy.stop()
    }

    @Test("T91: a commit to a server that falls silent has an unknown outcome, in time")
    func silentCommit() async throws {
        let scene = try SilentScene()
        let database = try await scene.database(size: 1)
        let proxy = scene.proxy
        let start = ContinuousClock.now
        let failure = await #expect(throws: StoreError.self) {
            try await database.write { client in
                try client.insert([["_id": "x", "number": 1]], into: Collection.totals)
                proxy.mood = .holding
            }
        }
        #expect(failure?.reason == .outcomeUnknown)
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(!scene.heard.losses.isEmpty)
        proxy.stop()
        await database.close()
    }

    @Test("T91: a server that takes connections and says nothing, or a byte a second, is given up while connecting")
    func silentConnect() async throws {
        let scene = try SilentScene()
        for mood in [FaultProxy.Mood.holding, .ignoringNewcomers, .dripping] {
            scene.proxy.mood = mood
            let start = ContinuousClock.now
            let error = await #expect(throws: MongoOpenError.self) { try await scene.database() }
            #expect(error?.mayPass == true, "\(error?.description ?? "")")
            #expect(ContinuousClock.now - start < .seconds(30))
        }
        scene.proxy.stop()
    }

    @Test("T91: an answer that comes a byte a second ends in its time")
    func dripping() async throws {
        var scene = try SilentScene()
        // As it is: each byte is a sign of life.
        (scene.limits.silence, scene.limits.answer) = (MongoLimits().silence, .seconds(3))
        let database = try await scene.database(size: 1)
        try await database.ping()
        scene.proxy.mood = .dripping
        let error = await #expect(throws: MongoError.self) { try await database.ping() }
        #expect(error?.message.contains("did not answer in time") == true, "\(error?.message ?? "")")
        #expect(scene.heard.losses.map(\.reason) == [.slow])
        scene.proxy.stop()
        await database.close()
    }

    @Test("T91: a slow server is no silent one: a statement that takes longer than all signs of life is waited for")
    func slowStatement() async throws {
        var scene = try SilentScene()
        (scene.limits.silence, scene.limits.patience) = (.milliseconds(100), .seconds(2))
        let database = try await scene.database(size: 1)
        try await database.pool.withClient { try $0.sleep(for: .seconds(4)) }
        #expect(scene.heard.losses.isEmpty)
        scene.proxy.stop()
        await database.close()
    }

    @Test("T91: what waits for a server that is no longer the primary is given up")
    func demoted() async throws {
        let scene = try SilentScene()
        let database = try await scene.database(size: 1)
        let address = try #require(MongoURL(Secret(scene.url)))
        let limits = scene.limits
        let dialler = ServerDialler(lookup: .system, limits: limits)
        let watch = scene.watch()
        let asked = Locked(0)
        let signs = ServerSigns(
            limits: limits, dialler: dialler,
            ask: { _, _ in
                asked.withLock { $0 += 1 }
                return asked.withLock { $0 } == 1 ? .other : .primary
            }, lost: { watch.report($0, $1) })
        let connection = try MongoConnection(watch, signs) { wires throws(MongoError) in
            try MongoClient(url: address.secret, database: address.database, limits: limits, wires: wires)
        }
        // The library sends it again.
        try await connection.perform(MongoCall()) { try $0.sleep(for: .seconds(1)) }
        #expect(scene.heard.losses.map(\.reason) == [.demoted])
        await connection.closeSoon()
        await database.close()
        scene.proxy.stop()
    }

    @Test("T91: a caller that is cancelled does not wait for a thread that waits for a silent server")
    func cancelled() async throws {
        var scene = try SilentScene()
        (scene.limits.silence, scene.limits.patience) = (.seconds(3600), .seconds(3600))
        let watch = scene.watch()
        let database = try await scene.database(size: 1, watch)
        scene.proxy.mood = .holding
        let call = Task { try await database.ping() }
        let ledger = scene.ledger
        await eventually { ledger.sights.first?.what == "ping" }
        #expect(ledger.sights.first?.backend == .mongo)
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        // It is cut off, so its thread comes back.
        scene.proxy.mood = .calm
        await eventually { watch.held == 0 }
        try await database.ping()
        scene.proxy.stop()
        await database.close()
    }

    @Test("T91: a thread that does not come back is given up and counted; the pool makes another, up to a bound")
    func stuckThread() async throws {
        var scene = try SilentScene()
        (scene.limits.heldThreads, scene.limits.patience) = (1, .milliseconds(500))
        let watch = scene.watch()
        let database = try await scene.database(size: 1, watch)
        let isFree = Locked(false)
        defer { isFree.withLock { $0 = true } }
        let error = await #expect(throws: MongoError.self) {
            try await database.pool.withClient { client in
                try client.run(["ping": 1])
                while !isFree.withLock({ $0 }) { usleep(10_000) }
                // What comes back too late sends nothing more.
                try client.insert([["_id": "late"]], into: Collection.totals)
            }
        }
        #expect(error?.message.contains("no primary has given a sign") == true)
        #expect(scene.heard.losses.map(\.reason) == [.stuck] && watch.held == 1)
        let refusal = await #expect(throws: MongoError.self) { try await database.ping() }
        #expect(refusal?.fault == .busy && refusal?.message.contains("no connection is made until one has") == true)
        isFree.withLock { $0 = true }
        await eventually { watch.held == 0 }
        let late = try await database.pool.withClient { try $0.first(Collection.totals, ["_id": "late"]) }
        #expect(late == nil)
        await database.close()
        scene.proxy.stop()
    }

    @Test("T93: closing a store does not wait for a server that is silent")
    func closing() async throws {
        let scene = try SilentScene()
        let database = try await scene.database(size: 1)
        scene.proxy.mood = .holding
        let start = ContinuousClock.now
        await database.close()
        #expect(ContinuousClock.now - start < .seconds(20))
        scene.proxy.stop()
    }
}
