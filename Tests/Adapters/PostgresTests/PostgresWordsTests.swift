import BlockingExecutor
import CallLedger
import Foundation
import ServerRig
import TestSupport
import Testing

@testable import PostgresAdapter

/// What is said when PostgreSQL keeps callers waiting.
@Suite("Words about PostgreSQL", .enabled(if: TestServer.isThere), .timeLimit(.minutes(5)))
struct PostgresWordsTests {
    @Test("T98: a caller that gets no connection is told what those that there are wait for, and of which server")
    func busyConnections() async throws {
        var scene = try await SilentScene()
        scene.settings.waitLimit = .seconds(1)
        let database = try await scene.database(at: scene.direct, size: 1)
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        let statement = Task {
            try await database.work { session in
                started.finish()
                try session.run("SELECT pg_sleep(20)")
            }
        }
        for await _ in starts {}
        let error = await #expect(throws: PostgresError.self) { try await database.work { try $0.run("SELECT 1") } }
        let words = error?.message ?? ""
        let port = URLComponents(string: scene.direct)?.port ?? 0
        #expect(words.contains("became free in time: 1 of 1 wait for the server, the oldest for "), "\(words)")
        #expect(words.hasSuffix(": SELECT pg_sleep(20) at 127.0.0.1:\(port)"), "\(words)")
        statement.cancel()
        _ = await statement.result
        // What has an answer is not named later.
        #expect(try await database.work { try $0.execute("SELECT 1").count } == 1)
        await database.close()
        scene.proxy.stop()
    }

    @Test("T98: while connections are made and not answered, a caller is told so; they are made for nobody alone")
    func newConnections() async throws {
        var scene = try await SilentScene()
        scene.settings.waitLimit = .seconds(1)
        scene.limits.connect = .seconds(6)
        let database = try await scene.database(size: 1)
        scene.proxy.mood = .holding
        let call = Task {
            try await CallPurpose.$current.withValue("POST /v1/sdk/init") {
                try await database.work { try $0.run("SELECT 1") }
            }
        }
        let place = "127.0.0.1:\(scene.proxy.port)"
        let ledger = scene.ledger
        await eventually { ledger.sights.contains { $0.what.hasPrefix("a connection to \(place)") } }
        let sights = ledger.sights
        #expect(sights.first { $0.what.hasPrefix("a free connection") }?.purpose == "POST /v1/sdk/init")
        // T97: it outlasts the request for which it was begun.
        #expect(sights.filter { $0.what.hasPrefix("a connection to") }.allSatisfy { $0.purpose == nil })
        let error = await #expect(throws: PostgresError.self) { try await call.value }
        let words = error?.message ?? ""
        #expect(words.contains("1 of 1 wait for the server, the oldest for "), "\(words)")
        #expect(words.hasSuffix(": a connection to \(place)"), "\(words)")
        scene.proxy.mood = .calm
        await database.close()
        scene.proxy.stop()
    }

    @Test("T98: who meets a lock for too long is told whose it may be, and when it ends")
    func rowLock() async throws {
        let scene = try await SilentScene()
        let url = scene.direct + "%20-clock_timeout%3D200ms"
        let database = try await scene.database(at: url)
        try await database.work { try $0.script("CREATE TABLE t (n bigint); INSERT INTO t VALUES (1)") }
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        let isFree = Locked(false)
        let holder = Task {
            try await database.transaction { session in
                try session.run("UPDATE t SET n = 2")
                started.finish()
                while !isFree.withLock({ $0 }) { usleep(10_000) }
            }
        }
        for await _ in starts {}
        let error = await #expect(throws: PostgresError.self) {
            try await database.work { try $0.run("UPDATE t SET n = 3") }
        }
        let words = "\(error.map { "\($0)" } ?? "")"
        #expect(words.contains("canceling statement due to lock timeout (SQLSTATE 55P03)"), "\(words)")
        #expect(words.contains("idle_in_transaction_session_timeout"), "\(words)")
        isFree.withLock { $0 = true }
        try await holder.value
        await database.close()
        scene.proxy.stop()
    }
}
