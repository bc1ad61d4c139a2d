import AppRegistry
import BlockingExecutor
import Foundation
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

/// How many times the server is killed: few in `Tests/run`, many in the soak.
private let kills = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1" ? 30 : 3

@Suite("MongoDB under faults", .enabled(if: SharedMongo.url != nil), .serialized, .timeLimit(.minutes(30)))
struct MongoFaultTests {
    @Test("a server that is killed again and again while commits run loses nothing and doubles nothing")
    func killedServer() async throws {
        try await OwnServer.with { server in
            let database = try await server.open()
            let store = StoreUnderTest.mongo(database)
            let app = RegisteredApp.fresh()
            try await store.ports.add(app)
            let isOver = Locked(false)
            let writers = Locked<[StubbornWriter]>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<kills {
                        try await Task.sleep(for: .milliseconds(Int.random(in: 200..<900)))
                        try server.kill()
                        try await server.restart()
                    }
                    isOver.withLock { $0 = true }
                }
                for index in 0..<3 {
                    group.addTask {
                        // One object after the other until the last kill, so that each kill meets commits.
                        var round = 0
                        repeat {
                            let writer = StubbornWriter(
                                store, app: app.id, object: "o\(index)-\(round)", lines: 2000)
                            _ = try await writer.run(pieces: 40)
                            writers.withLock { $0.append(writer) }
                            round += 1
                        } while !isOver.withLock { $0 }
                    }
                }
                try await group.waitForAll()
            }
            // Looked at when the server is there for good: a read waits for it for a limited time only.
            for writer in writers.withLock({ $0 }) { try await writer.verify() }
            await database.close()
        }
    }

    @Test(
        "a connection that is cut within an insert, or before the answer to one or to a commit, changes no outcome",
        arguments: [
            CuttingProxy.Cut.within("documents"), .answer(to: "documents"), .answer(to: "commitTransaction"),
        ])
    func cutConnection(_ cut: CuttingProxy.Cut) async throws {
        try await MongoFaultTests.withProxy { proxy, store, app in
            let writer = StubbornWriter(store, app: app, object: "o", lines: 3000)
            let claim = try await writer.claim()
            proxy.cutNext(cut)
            // It is tried again from its start, or its outcome is asked for again: nobody hears of it.
            #expect(try await store.ports.commit([writer.step(claim, upTo: 50_000)]) == [.applied])
            #expect(proxy.cuts == 1)
            #expect(try await writer.run(pieces: 4) == [:])
            try await writer.verify()
        }
    }

    @Test("a commit whose answer is lost for good says that its outcome is unknown; the cursor then tells it")
    func unknownOutcome() async throws {
        try await MongoFaultTests.withProxy { proxy, store, app in
            let writer = StubbornWriter(store, app: app, object: "o", lines: 300)
            let claim = try await writer.claim()
            let step = writer.step(claim, upTo: 5000)
            proxy.cutNext(.answerAndAll(to: "commitTransaction"))
            let error = await #expect(throws: StoreError.self) { try await store.ports.commit([step]) }
            #expect(error?.reason == .outcomeUnknown)
            proxy.heal()
            #expect(try await writer.cursor()?.progress == step.move.to)
            #expect(try await store.ports.commit([step]) == [.refused])
            #expect(try await writer.run(pieces: 2) == [:])
            try await writer.verify()
        }
    }

    @Test("while no server answers, a commit is refused as unavailable and nothing of it is stored")
    func unavailable() async throws {
        try await MongoFaultTests.withProxy { proxy, store, app in
            let writer = StubbornWriter(store, app: app, object: "o", lines: 300)
            let claim = try await writer.claim()
            proxy.cutNext(.answerAndAll(to: "documents"))
            let error = await #expect(throws: StoreError.self) {
                try await store.ports.commit([writer.step(claim, upTo: 5000)])
            }
            #expect(error?.reason == .unavailable)
            proxy.heal()
            #expect(try await writer.cursor()?.progress.position == 0)
            _ = try await writer.run(pieces: 2)
            try await writer.verify()
        }
    }

    /// Lends a store behind a proxy.
    static func withProxy(
        _ work: (CuttingProxy, StoreUnderTest, AppID) async throws -> Void
    ) async throws {
        try await OwnServer.with { server in
            let port = try server.port
            let proxy = try CuttingProxy(to: port)
            defer { proxy.stop() }
            let url = server.url.replacingOccurrences(of: ":\(port)", with: ":\(proxy.port)")
            let database = try await server.open(at: url)
            let app = RegisteredApp.fresh()
            let store = StoreUnderTest.mongo(database)
            try await store.ports.add(app)
            try await work(proxy, store, app.id)
            await database.close()
        }
    }
}
