import LogModel
import StoreSupport
import TestSupport
import Testing

@testable import PostgresAdapter

/// That every wait has an end, and that connections come back.
@Suite("PostgreSQL connections", .enabled(if: TestServer.isThere))
struct PostgresPoolTests {
    private func pool(_ change: (inout PoolSettings) -> Void, options: String = "") async throws -> PostgresPool {
        var settings = PoolSettings()
        change(&settings)
        let url = try #require(TestServer.url) + (options.isEmpty ? "" : "&options=\(options)")
        return PostgresPool(try #require(ConnectionTarget(url)), settings: settings)
    }

    /// How many sessions carry a name.
    private func sessions(named name: String) async throws -> Int64? {
        try await TestServer.session(on: try #require(TestServer.url)) { session in
            try session.execute(
                "SELECT count(*) AS count FROM pg_stat_activity WHERE application_name = $1", [.text(name)]
            ).first?.integer("count")
        }
    }

    /// Whether a session is within `pg_sleep`.
    private func isSleeping(_ backend: Int64) async throws -> Bool {
        try await TestServer.session(on: try #require(TestServer.url)) { session in
            try session.execute(
                "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'", [.integer(backend)]
            ).first != nil
        }
    }

    private func pool(named name: String, size: Int) async throws -> PostgresPool {
        var settings = PoolSettings()
        settings.size = size
        settings.waitLimit = .seconds(600)
        let url = try #require(TestServer.url) + "&application_name=\(name)"
        return PostgresPool(try #require(ConnectionTarget(url)), settings: settings)
    }

    @Test("never are there more connections than allowed, however many callers come")
    func bounded() async throws {
        let name = "bounded-\(OwnerID.fresh().text.suffix(8))"
        let pool = try await pool(named: name, size: 3)
        let most = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await pool.perform { session in
                        try session.run("SELECT pg_sleep(0.01)")
                        return try session.execute(
                            "SELECT count(*) AS count FROM pg_stat_activity WHERE application_name = $1",
                            [.text(name)]
                        ).first?.integer("count") ?? 0
                    }
                }
            }
            return try await group.reduce(0, max)
        }
        #expect(most <= 3 && most >= 1)
        await pool.close()
    }

    @Test("a caller who waits too long, or one too many, is refused")
    func fullQueue() async throws {
        let pool = try await pool { ($0.size, $0.queueLimit, $0.waitLimit) = (1, 1, .milliseconds(200)) }
        // Connecting may take longer than that on a busy machine.
        for _ in 0..<100 {
            guard (try? await pool.perform(backendID)) == nil else { break }
        }
        let (started, hold) = AsyncStream.makeStream(of: Void.self)
        let holder = Task {
            defer { hold.finish() }
            try await pool.perform { session in
                hold.yield()
                try session.run("SELECT pg_sleep(600)")
            }
        }
        for await _ in started { break }
        let waiter = Task { try await pool.perform { try $0.run("SELECT 1") } }
        var refused: [PostgresError] = []
        // One of the two waits, the other is one too many; the one that waits gives up.
        do { try await pool.perform { try $0.run("SELECT 1") } } catch let error as PostgresError {
            refused.append(error)
        }
        do { try await waiter.value } catch let error as PostgresError { refused.append(error) }
        #expect(refused.map(\.kind) == [.timedOut, .timedOut])
        holder.cancel()
        _ = await holder.result
        await pool.close()
    }

    @Test("cancelling a caller who waits takes it out of the queue")
    func cancelledInQueue() async throws {
        let pool = try await pool { ($0.size, $0.waitLimit) = (1, .seconds(600)) }
        let (started, hold) = AsyncStream.makeStream(of: Void.self)
        let holder = Task {
            defer { hold.finish() }
            try await pool.perform { session in
                try session.script("SET statement_timeout = 0")
                session.link.patience = .seconds(3600)
                hold.yield()
                try session.run("SELECT pg_sleep(3000)")
            }
        }
        for await _ in started { break }
        let waiter = Task { try await pool.perform { try $0.run("SELECT 1") } }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        holder.cancel()
        _ = await holder.result
        await pool.close()
    }

    @Test("cancelling a caller ends its statement on the server, and the connection can be used on")
    func cancelledStatement() async throws {
        let pool = try await pool { $0.size = 1 }
        let backend = try await pool.perform(backendID)
        let (started, hold) = AsyncStream.makeStream(of: Void.self)
        // Far beyond every time-out: only the cancellation can end it in time.
        let sleeper = Task {
            defer { hold.finish() }
            try await pool.perform { session in
                try session.script("SET statement_timeout = 0")
                session.link.patience = .seconds(3600)
                hold.yield()
                try session.transaction { try $0.run("SELECT pg_sleep(3000)") }
            }
        }
        for await _ in started { break }
        // Cancelled any earlier, the statement would not begin.
        await eventually { (try? await isSleeping(backend)) == true }
        sleeper.cancel()
        let error = await #expect(throws: PostgresError.self) { try await sleeper.value }
        #expect(error?.state == ServerState.queryCanceled)
        #expect(try await pool.perform(backendID) == backend)
        await pool.close()
    }

    @Test("a statement that takes too long is ended by the server; one that waits for a lock as well")
    func timeouts() async throws {
        let pool = try await pool({ $0.size = 2 }, options: "-cstatement_timeout%3D200%20-clock_timeout%3D100")
        let slow = await #expect(throws: PostgresError.self) {
            try await pool.perform { try $0.run("SELECT pg_sleep(600)") }
        }
        #expect(slow?.state == ServerState.queryCanceled)
        let key = Int64.random(in: 1..<(.max))
        let (started, hold) = AsyncStream.makeStream(of: Void.self)
        let holder = Task {
            defer { hold.finish() }
            try await pool.perform { session in
                try session.script("SET statement_timeout = 0")
                try session.run("SELECT pg_advisory_lock($1)", [.integer(key)])
                hold.yield()
                session.link.patience = .seconds(600)
                try session.run("SELECT pg_sleep(600)")
            }
        }
        for await _ in started { break }
        let locked = await #expect(throws: PostgresError.self) {
            try await pool.perform { try $0.run("SELECT pg_advisory_lock($1)", [.integer(key)]) }
        }
        #expect(locked?.state == "55P03")
        holder.cancel()
        _ = await holder.result
        await pool.close()
    }

    @Test("a server that falls silent is given up, and its connection with it")
    func silentServer() async throws {
        let pool = try await pool { $0.size = 1 }
        let error = await #expect(throws: PostgresError.self) {
            try await pool.perform { session in
                try session.script("SET statement_timeout = 0")
                session.link.patience = .milliseconds(100)
                // Shielded, so that the server is not even asked to stop.
                session.link.isShielded = true
                try session.run("SELECT pg_sleep(2)")
            }
        }
        #expect(error?.kind == .timedOut)
        #expect(try await pool.perform(backendID) > 0)
        await pool.close()
    }

    @Test("connections that the server ended are replaced, and the work is done again")
    func endedConnections() async throws {
        let name = "ended-\(OwnerID.fresh().text.suffix(8))"
        let url = try await TestServer.newSchema() + "&application_name=\(name)"
        let database = try await PostgresStore.open(url: Secret(url), connections: 4)
        for round in 1...3 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await database.app(.fresh()) } }
                try await group.waitForAll()
            }
            let ended = try await TestServer.session(on: try #require(TestServer.url)) { session in
                try session.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [.text(name)]
                ).count
            }
            #expect(ended > 0)
            try await database.add(.fresh())
            #expect(try await database.apps(after: nil, limit: 10).count == round)
        }
        await database.close()
        await #expect(throws: (any Error).self) { try await database.apps(after: nil, limit: 10) }
    }

    @Test("waits between attempts grow to a bound and differ")
    func pauses() {
        let settings = PoolSettings()
        for attempt in 1...40 {
            let due = min(settings.longestPause, settings.firstPause * (1 << min(attempt, 16)))
            for _ in 0..<20 {
                let pause = settings.pause(before: attempt)
                #expect(pause >= due / 2 && pause <= due)
            }
        }
        #expect(Set((0..<20).map { _ in settings.pause(before: 40) }).count > 1)
    }
}

private func backendID(_ session: PostgresSession) throws -> Int64 {
    try session.execute("SELECT pg_backend_pid() AS number").first?.integer("number") ?? 0
}
