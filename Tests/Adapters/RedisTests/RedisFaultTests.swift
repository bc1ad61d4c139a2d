import CallLedger
import DistributedLock
import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@testable import RedisAdapter

@Suite("Redis servers that fail", .enabled(if: SharedRedis.isThere, "\(SharedRedis.missing)"), .timeLimit(.minutes(5)))
struct RedisFaultTests {
    private let name = LockName("fault-\(OwnerID.fresh())")
    /// Long enough for a busy machine, short enough for servers that say nothing.
    private let patience: ClosedRange<Duration> = .seconds(1) ... .seconds(1)

    private func grant(_ store: RedisLockStore, for term: Duration = .seconds(60)) async throws -> LockLease {
        guard case .granted(let lease) = try await store.acquire(name, by: .fresh(), for: term) else {
            throw NotGranted()
        }
        return lease
    }

    private struct NotGranted: Error {}

    private func refusal(_ store: RedisLockStore) async -> LockStoreError? {
        await #expect(throws: LockStoreError.self) { try await grant(store) }
    }

    @Test("any two of five may be killed or paused; with a third nobody gets the lock, and the error says why")
    func fiveServers() async throws {
        let servers = try await RedisServers.start(5)
        let store = try SharedRedis.store(servers.urls, patience: patience)
        var lease = try await grant(store)
        await servers.end(1)
        #expect(try await store.extend(lease, for: .seconds(60)))
        servers.pause(3)
        #expect(try await store.extend(lease, for: .seconds(60)))
        #expect(try await store.release(lease))
        lease = try await grant(store)
        #expect(try await store.release(lease))
        servers.pause(0)
        let error = await refusal(store)
        #expect(error?.reason == .unavailable && error?.detail.contains("3 of 5") == true)
        for index in [0, 1, 3] { #expect(error?.detail.contains(servers.urls[index]) == true) }
        // What was granted by the two that are well was taken back, and what the paused ones do late comes to nothing.
        servers.goOn(0)
        servers.goOn(3)
        await eventually { (try? await grant(store)) != nil }
    }

    @Test("a server that takes connections and never answers is not waited for longer than its timeout")
    func silentServer() async throws {
        let servers = try await RedisServers.start(1)
        servers.pause(0)
        let store = try SharedRedis.store(servers.urls, patience: .milliseconds(50) ... .milliseconds(50))
        let error = await refusal(store)
        #expect(error?.reason == .unavailable)
        #expect(error?.detail.contains("did not answer") == true, "\(String(describing: error))")
        servers.goOn(0)
        let patient = try SharedRedis.store(servers.urls)
        await eventually { (try? await grant(patient)) != nil }
    }

    @Test("T97: what a silent server is waited for is seen from outside, and not after the call has ended")
    func seenFromOutside() async throws {
        let servers = try await RedisServers.start(1)
        let ledger = CallLedger()
        let store = try RedisLockStore(
            servers.urls.map { try RedisAddress($0) }, nodeTimeout: SharedRedis.patience, entropy: FreshEntropy(),
            calls: ledger)
        let lease = try await grant(store)
        #expect(ledger.sights.isEmpty)
        servers.pause(0)
        let call = Task { try await store.extend(lease, for: .seconds(60)) }
        await eventually { !ledger.sights.isEmpty }
        let sight = try #require(ledger.sights.first)
        #expect(sight.backend == .redis && sight.what == "extend at \(servers.urls[0])")
        await #expect(throws: LockStoreError.self) { try await call.value }
        #expect(ledger.sights.isEmpty)
        servers.goOn(0)
    }

    @Test("a server that comes back is used again by those who knew it before")
    func reconnect() async throws {
        let servers = try await RedisServers.start(1)
        let store = try SharedRedis.store(servers.urls)
        let lease = try await grant(store)
        await servers.end(0)
        await #expect(throws: LockStoreError.self) { try await store.extend(lease, for: .seconds(60)) }
        try await servers.startAgain()
        // It kept nothing, so the lock is free there.
        await eventually { (try? await grant(store)) != nil }
        #expect(try await store.release(lease) == false)
    }

    @Test("a holder that sleeps past its term loses the lock to a second one, and is told")
    func sleeper() async throws {
        let five = try #require(SharedRedis.five)
        let second = try SharedRedis.store(five), name = name
        // The keeper's own time stands still, as that of a process that was stopped.
        let ticks = ManualTicks()
        let keeper = LockKeeper(store: try SharedRedis.store(five), holder: .fresh(), ticks: ticks)
        let first = Task {
            try await keeper.withLock(name, for: .seconds(3)) { _ in try await Task.sleep(for: .seconds(600)) }
        }
        await ticks.waitForSleepers(2)
        let thief = OwnerID.fresh()
        await eventually {
            guard case .granted? = try? await second.acquire(name, by: thief, for: .seconds(60)) else { return false }
            return true
        }
        ticks.advance(by: .seconds(1))
        await #expect(throws: LockLost.self) { try await first.value }
        guard case .held(thief, _) = try await second.acquire(name, by: .fresh(), for: .seconds(1)) else {
            throw NotGranted()
        }
    }

    @Test("a value that somebody else has set is left alone, and the old holder is told")
    func stolen() async throws {
        let servers = try await RedisServers.start(1)
        let store = try SharedRedis.store(servers.urls)
        let lease = try await grant(store)
        let connection = RedisConnection(to: try RedisAddress(servers.urls[0]), entropy: FreshEntropy())
        let steal = RedisScript(
            name: "steal", text: "return redis.call('SET', KEYS[1], 'theirs')",
            digest: String(repeating: "0", count: 40))
        _ = try await connection.run(steal, keys: ["logferry:lock:\(name)"], [], .always(.seconds(10)))
        #expect(try await store.extend(lease, for: .seconds(60)) == false)
        #expect(try await store.release(lease) == false)
        guard case .held(let holder, let remaining) = try await store.acquire(name, by: .fresh(), for: .seconds(7))
        else {
            throw NotGranted()
        }
        #expect(holder.text == "theirs" && remaining == .seconds(7))
    }

    @Test("a password and a database are used; a wrong or a missing one is refused for good and never shown")
    func passwords() async throws {
        let servers = try await RedisServers.start(1, "--requirepass", "canary-right")
        func url(_ credentials: String, _ database: String = "") -> [String] {
            servers.urls.map { $0.replacing("redis://", with: "redis://\(credentials)") + database }
        }
        _ = try await grant(try SharedRedis.store(url(":canary-right@", "/2")))
        // Another database holds other locks.
        _ = try await grant(try SharedRedis.store(url("default:canary-right@")))
        let wrong = await refusal(try SharedRedis.store(url(":canary-wrong@")))
        #expect(wrong?.reason == .broken && wrong?.detail.contains("refuses the user or the password") == true)
        let none = await refusal(try SharedRedis.store(url("")))
        #expect(none?.reason == .broken && none?.detail.contains("asks for a password") == true)
        let database = await refusal(try SharedRedis.store(url(":canary-right@", "/9")))
        #expect(database?.reason == .broken && database?.detail.contains("number of the database") == true)
        for error in [wrong, none, database] { #expect(error?.description.contains("canary") == false) }
    }

    @Test("a server without AUTH does not tell the password to the log")
    func noAuth() async throws {
        let servers = try await RedisServers.start(1, "--rename-command", "AUTH", "")
        let store = try SharedRedis.store(servers.urls.map { $0.replacing("redis://", with: "redis://ann:canary@") })
        let error = await refusal(store)
        #expect(error?.reason == .broken && error?.description.contains("canary") == false)
    }

    @Test("without EVALSHA a lock goes by EVAL")
    func noDigests() async throws {
        let servers = try await RedisServers.start(1, "--rename-command", "EVALSHA", "")
        let store = try SharedRedis.store(servers.urls)
        #expect(try await store.release(try await grant(store)))
    }

    @Test("without scripts at all there is no lock, and the error says what is missing")
    func noScripts() async throws {
        let servers = try await RedisServers.start(
            1, "--rename-command", "EVALSHA", "", "--rename-command", "EVAL", "hidden")
        let error = await refusal(try SharedRedis.store(servers.urls))
        #expect(error?.reason == .broken && error?.detail.contains("neither EVALSHA nor EVAL") == true)
    }

    @Test("a user without the right to run scripts is told so")
    func noRight() async throws {
        let servers = try await RedisServers.start(1, "--user", "ann", "on", ">pw", "~*", "+@all", "-@scripting")
        let store = try SharedRedis.store(servers.urls.map { $0.replacing("redis://", with: "redis://ann:pw@") })
        let error = await refusal(store)
        #expect(error?.reason == .broken && error?.detail.contains("does not let this user") == true)
    }

    @Test("a replica refuses, and the error names the cause")
    func replica() async throws {
        let servers = try await RedisServers.start(
            1, "--replicaof", "127.0.0.1", "1", "--replica-serve-stale-data", "yes")
        let error = await refusal(try SharedRedis.store(servers.urls))
        #expect(error?.reason == .broken && error?.detail.contains("is a replica") == true)
    }
}
