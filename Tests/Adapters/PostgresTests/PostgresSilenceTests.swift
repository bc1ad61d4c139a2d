import AppRegistry
import BlockingExecutor
import CallLedger
import Foundation
import Glibc
import HostLookup
import LogModel
import ServerRig
import StoreSupport
import TestSupport
import Testing

@testable import PostgresAdapter

/// That every call ends in its time when the server accepts everything and answers nothing.
@Suite("PostgreSQL falls silent", .enabled(if: TestServer.isThere), .timeLimit(.minutes(5)))
struct PostgresSilenceTests {
    @Test("T90: calls to a frozen server end and are counted; calls go on when it does")
    func frozen() async throws {
        try await OwnServer.run { server in
            let scene = try await SilentScene(to: server.url)
            let database = try await scene.database(at: scene.direct)
            try await database.add(.fresh())
            try server.freeze()
            let error = await #expect(throws: StoreError.self) { try await database.apps(after: nil, limit: 10) }
            #expect(error?.reason == .unavailable)
            await #expect(throws: StoreError.self) { try await database.add(.fresh()) }
            #expect(scene.heard.losses.contains { $0.reason == .silent && $0.waitedFor.contains("SELECT") })
            try server.thaw()
            await eventually { (try? await database.apps(after: nil, limit: 10).count) == 1 }
            await database.close()
        }
    }

    @Test("T97: a statement, the wait for a connection and a connection that is made are seen from outside")
    func seenFromOutside() async throws {
        let scene = try await SilentScene()
        let database = try await scene.database(size: 1)
        #expect(scene.ledger.sights.isEmpty)
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        let statement = Task {
            try await database.work { session in
                started.finish()
                try session.run("SELECT pg_sleep(60)")
            }
        }
        for await _ in starts {}
        let waiting = Task { try await database.work { try $0.run("SELECT 1") } }
        await eventually { scene.ledger.sights.map(\.what.firstWords) == ["SELECT pg_sleep(60)", "a free connection"] }
        #expect(
            scene.ledger.sights.allSatisfy { $0.backend == .postgres && $0.what.hasSuffix(" at \(database.shown)") })
        statement.cancel()
        _ = await statement.result
        try await waiting.value
        scene.proxy.mood = .holding
        let opening = Task { try await scene.database() }
        await eventually { scene.ledger.sights.contains { $0.what.contains("connect") } }
        await #expect(throws: PostgresOpenError.self) { try await opening.value }
        #expect(scene.ledger.sights.isEmpty)
        await database.close()
        scene.proxy.stop()
    }

    @Test("T90: when one of two servers falls silent, a call goes on with the other")
    func standIn() async throws {
        let scene = try await SilentScene()
        let database = try await scene.database(at: scene.withStandIn, size: 1)
        try await database.add(.fresh())
        #expect(scene.proxy.open == 1)
        scene.proxy.mood = .holding
        // Nothing was committed: the work is done again, with the other server.
        #expect(try await database.apps(after: nil, limit: 10).count == 1)
        try await database.add(.fresh())
        #expect(scene.heard.losses.map(\.reason) == [.silent])
        // The silent one is tried last: nothing waits for it again.
        let accepted = scene.proxy.accepted
        for _ in 0..<3 { try await database.work { try $0.run("SELECT 1") } }
        #expect(scene.proxy.accepted == accepted)
        await database.close()
        scene.proxy.stop()
    }

    @Test("T90: COMMIT to a server that falls silent has an unknown outcome, in time")
    func silentCommit() async throws {
        let scene = try await SilentScene()
        let database = try await scene.database(size: 1)
        try await database.work { try $0.script("CREATE TABLE t (n bigint)") }
        let proxy = scene.proxy
        let error = await #expect(throws: PostgresError.self) {
            try await database.transaction { session in
                try session.run("INSERT INTO t VALUES (1)")
                proxy.mood = .holding
            }
        }
        #expect(error?.isOutcomeUnknown == true)
        #expect(scene.heard.losses.map(\.reason).contains(.silent))
        proxy.stop()
        await database.close()
    }

    @Test("T90: a server that takes connections and says nothing, or a byte a second, is given up while connecting")
    func silentConnect() async throws {
        let scene = try await SilentScene()
        let target = try #require(ConnectionTarget(scene.url))
        for mood in [FaultProxy.Mood.holding, .ignoringNewcomers, .dripping] {
            scene.proxy.mood = mood
            let error = await #expect(throws: PostgresError.self) {
                try await PostgresPool.opened(target, scene.watch())
            }
            // On a machine that is so busy that the thread itself comes late, its call is given up.
            let words = error?.message ?? ""
            #expect(words.contains("was not answered in") || words.contains("has not come back"), "\(words)")
        }
        // Cancelling ends it before its time.
        let held = FaultProxy.Mood.holding
        scene.proxy.mood = held
        var patient = scene
        patient.limits.connect = .seconds(3600)
        let accepted = scene.proxy.accepted
        let attempt = Task { [patient] in try await PostgresPool.opened(target, patient.watch()) }
        await eventually { scene.proxy.accepted > accepted }
        attempt.cancel()
        let error = await #expect(throws: PostgresError.self) { try await attempt.value }
        #expect(error?.kind == .cancelled)
        scene.proxy.stop()
    }

    @Test("T90: a request to cancel that is never taken holds nobody")
    func silentCancel() async throws {
        let scene = try await SilentScene()
        let database = try await scene.database(size: 1)
        let (started, hold) = AsyncStream.makeStream(of: Void.self)
        let sleeper = Task {
            try await database.work { session in
                hold.yield()
                hold.finish()
                try session.run("SELECT pg_sleep(25)")
            }
        }
        for await _ in started { break }
        scene.proxy.mood = .ignoringNewcomers
        sleeper.cancel()
        await #expect(throws: PostgresError.self) { try await sleeper.value }
        scene.proxy.mood = .calm
        #expect(try await database.work { try $0.execute("SELECT 1").count } == 1)
        scene.proxy.stop()
        await database.close()
    }

    @Test("T90: when all statements together take too long, one request to cancel is sent, none behind the rollback")
    func oneCancel() async throws {
        var scene = try await SilentScene()
        (scene.limits.silence, scene.limits.cancel) = (.seconds(20), .seconds(10))
        (scene.limits.call, scene.limits.roundTripsOfCall) = (.milliseconds(800), 0)
        let database = try await scene.database(size: 1)
        // The limit over the whole is the longer one of both when the work begins.
        try await database.work { $0.link.patience = .milliseconds(100) }
        let connections = scene.proxy.accepted
        for round in 1...5 {
            let error = await #expect(throws: PostgresError.self) {
                try await database.work { session in
                    session.link.patience = .seconds(20)
                    try session.transaction { session in
                        // The time is over in the middle of the second one: at the end of one, two requests would be right.
                        for time in ["0.1", "15"] { try session.run("SELECT pg_sleep(\(time))") }
                    }
                }
            }
            #expect(error?.kind == .server(ServerState.queryCanceled))
            // The connection is used on, by somebody whose statement no late request meets.
            try await database.work { session in
                try session.run("SELECT pg_sleep(0.1)")
                session.link.patience = .milliseconds(100)
            }
            #expect(scene.proxy.accepted == connections + round)
        }
        scene.proxy.stop()
        await database.close()
    }

    @Test("T90: a slow server is no silent one: a statement that takes longer than the sign of life is waited for")
    func slowStatement() async throws {
        var scene = try await SilentScene()
        scene.limits.silence = .milliseconds(100)
        let database = try await scene.database()
        try await database.work { try $0.run("SELECT pg_sleep(1)") }
        #expect(scene.heard.losses.isEmpty)
        scene.proxy.stop()
        await database.close()
    }

    @Test("T99: a call on a link that became slow after its connection was made gets the time that it needs there")
    func laterSlow() async throws {
        var scene = try await SilentScene()
        scene.limits.call = .seconds(1)
        scene.limits.statementMargin = .milliseconds(300)
        let options = "&options=-cstatement_timeout%3D1000%20-csearch_path%3D"
        #expect(scene.url.contains("options=-csearch_path%3D"), "\(scene.url)")
        let url = scene.url.replacing("&options=-csearch_path%3D", with: options)
        let database = try await scene.database(at: url, size: 1)
        try await database.work { try $0.run("SELECT 1") }
        scene.proxy.mood = .slow(roundTrip: .milliseconds(200))
        // Thirteen round trips and more, which take longer than a call may on a link that is not slow.
        try await database.work { session in
            try session.transaction { session in
                for _ in 0..<12 { try session.run("SELECT 1") }
            }
        }
        #expect(scene.heard.losses.isEmpty)
        scene.proxy.stop()
        await database.close()
    }

    @Test("T90: a look-up of a host name that never ends holds nobody, and their number is bounded")
    func endlessLookup() async throws {
        var scene = try await SilentScene()
        (scene.limits.connect, scene.limits.lookups) = (.milliseconds(300), 1)
        let endless = HostLookup { _ in
            sleep(30)
            return .success([])
        }
        for (host, words) in [("one", "was not answered in time"), ("two", "have not come back")] {
            let url = scene.direct.replacing("@127.0.0.1:", with: "@\(host).invalid:")
            let target = try #require(ConnectionTarget(url))
            let error = await #expect(throws: PostgresError.self) {
                try await PostgresPool.opened(target, scene.watch(endless))
            }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        // Dead addresses in front of a live one cost nothing but their time.
        scene.limits.connect = .seconds(10)
        let several = HostLookup { _ in .success((2...10).map { "127.0.0.\($0)" } + ["127.0.0.1"]) }
        let target = try #require(
            ConnectionTarget(scene.direct.replacing("@127.0.0.1:", with: "@ten.invalid:")))
        let connection = try await PostgresPool.opened(target, scene.watch(several))
        await connection.close()
        scene.proxy.stop()
    }

    @Test("T90: a thread that does not come back is given up and counted; the pool makes another, up to a bound")
    func stuckThread() async throws {
        var scene = try await SilentScene()
        scene.limits.heldThreads = 1
        (scene.limits.statementMargin, scene.limits.stuck) = (.zero, .milliseconds(200))
        let url = scene.direct + "%20-cstatement_timeout%3D2000"
        let watch = scene.watch()
        var settings = scene.settings
        settings.size = 1
        let database = try await PostgresStore.open(url: Secret(url), settings: settings, watch: watch)
        let isFree = Locked(false)
        defer { isFree.withLock { $0 = true } }
        let error = await #expect(throws: PostgresError.self) {
            try await database.work { session in
                try session.run("SELECT 1")
                while !isFree.withLock({ $0 }) { usleep(10_000) }
                // What comes back too late sends nothing more.
                try session.run("CREATE TABLE late (n bigint)")
            }
        }
        #expect(error?.message.contains("has not come back from the client library") == true)
        #expect(scene.heard.losses.map(\.reason) == [.stuck])
        #expect(watch.held == 1)
        let refusal = await #expect(throws: PostgresError.self) { try await database.work { try $0.run("SELECT 1") } }
        #expect(refusal?.message.contains("no connection is made until one has") == true)
        isFree.withLock { $0 = true }
        await eventually { watch.held == 0 }
        let late = try await database.work { session in
            try session.execute("SELECT 1 FROM pg_tables WHERE tablename = 'late' AND schemaname = current_schema()")
                .count
        }
        #expect(late == 0)
        await database.close()
        scene.proxy.stop()
    }

    @Test("T96: commits that wait for a standby do not pile up on the server, and go on when it is there")
    func waitingStandby() async throws {
        try await OwnServer.run(environment: ["LOGFERRY_TEST_POSTGRES_REPLICATION": "1"]) { server in
            var scene = try await SilentScene(to: server.url)
            (scene.limits.commit, scene.limits.commitLook) = (.milliseconds(500), .milliseconds(50))
            let database = try await scene.database(at: scene.direct, size: 3)
            try await standby("nobody", on: server)
            for _ in 0..<4 {
                let reasons = await withTaskGroup(of: StoreError.Reason?.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            do throws(StoreError) {
                                try await database.add(.fresh())
                                return nil
                            } catch {
                                return error.reason
                            }
                        }
                    }
                    return await group.reduce(into: [StoreError.Reason?]()) { $0.append($1) }
                }
                #expect(!reasons.contains(nil))
                // Who reads is not held up.
                _ = try await database.apps(after: nil, limit: 10)
            }
            let waiting = try await TestServer.session(on: server.url) { session in
                try session.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'").count
            }
            #expect((1...3).contains(waiting), "\(waiting)")
            #expect(scene.heard.turns == (1, 0))
            #expect(scene.heard.losses.contains { $0.reason == .commit && $0.waitedFor == "COMMIT" })
            // T98: which server waits, and since COMMIT was sent.
            let port = URLComponents(string: server.url)?.port ?? 0
            let detail = scene.heard.waits.first ?? ""
            #expect(detail.hasPrefix("127.0.0.1:\(port) waits for a synchronous standby in "), "\(detail)")
            let time = detail.firstMatch(of: /for ([0-9.]+) s/).flatMap { Double($0.1) }
            #expect((time ?? 0) >= 0.5, "\(detail)")
            // T98: who is refused is told that commits wait, and not that the server cannot be reached.
            let refused = await #expect(throws: StoreError.self) { try await database.add(.fresh()) }
            #expect(refused?.condition == .commitsWait)
            try await standby("", on: server)
            await eventually { (try? await database.add(.fresh())) != nil }
            #expect(scene.heard.turns == (1, 1))
            await database.close()
        }
    }

    /// Says which standby commits wait for.
    private func standby(_ name: String, on server: OwnServer) async throws {
        try await TestServer.session(on: server.url) { session in
            try session.script("ALTER SYSTEM SET synchronous_standby_names = '\(name)'")
            try session.run("SELECT pg_reload_conf()")
            while try session.execute("SHOW synchronous_standby_names").first?.text("synchronous_standby_names") != name
            {
                usleep(10_000)
            }
        }
    }
}

extension String {
    /// What stands before the place.
    fileprivate var firstWords: String { components(separatedBy: " at ").first ?? self }
}
