import BlockingExecutor
import CallLedger
import DistributedLock
import HostLookup
import LogModel
import RawSockets
import ServerRig
import TestSupport
import Testing

@testable import RedisAdapter

/// That every call ends in its time, and with words, whoever answers in the place of a Redis server, and however.
@Suite("Redis: what is no server", .timeLimit(.minutes(2)))
struct RedisBadPeerTests {
    private let ledger = CallLedger()

    private func store(
        _ port: Int, at host: String = "127.0.0.1", _ lookup: HostLookup = .system,
        patience: Duration = .seconds(4)
    ) throws -> RedisLockStore {
        try RedisLockStore(
            [try RedisAddress("redis://\(host):\(port)")], nodeTimeout: patience...patience,
            entropy: FreshEntropy(), calls: ledger, limits: RedisLimits(), lookup: lookup)
    }

    @Test(
        "T90: a proxy that answers for a server that is gone is named, and asked less and less often; then calls go on",
        .enabled(if: SharedRedis.isThere, "\(SharedRedis.missing)"),
        arguments: [
            ("", "closed the connection"), ("-ERR upstream connection refused\r\n", "with the code ERR"),
            ("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>", "does not speak Redis' protocol"),
        ])
    func proxyWithoutServer(_ answer: String, _ words: String) async throws {
        let server = try RedisAddress(try #require(SharedRedis.single))
        let proxy = try FaultProxy(to: UInt16(server.port))
        let store = try store(Int(proxy.port))
        let name = LockName("gone-\(OwnerID.fresh())")
        proxy.mood = .standingIn { client in
            if !answer.isEmpty, !client.receiveSome().isEmpty { client.send(answer) }
        }
        let start = ContinuousClock.now
        var messages: [String] = []
        // As those do who ask without a pause.
        while .now - start < .seconds(4) {
            let error = await #expect(throws: LockStoreError.self) {
                try await store.acquire(name, by: .fresh(), for: .seconds(60))
            }
            messages.append(error?.detail ?? "")
        }
        print("T90: \(messages.count) calls, \(proxy.accepted) connections in 4 s: \(messages.first ?? "")")
        #expect(messages.allSatisfy { $0.contains("\(proxy.port)") })
        #expect(messages.contains { $0.contains(words) }, "\(Set(messages))")
        #expect(proxy.accepted < 40)
        proxy.mood = .calm
        await eventually { (try? await store.acquire(name, by: .fresh(), for: .milliseconds(100))) != nil }
        #expect(ledger.sights.isEmpty)
        proxy.stop()
    }

    @Test(
        "T90: addresses that are gone, or take connections and say nothing, have their turns before one that is well",
        .enabled(if: SharedRedis.isThere, "\(SharedRedis.missing)"))
    func deadAddresses() async throws {
        let server = try RedisAddress(try #require(SharedRedis.single))
        let silent = try (2...4).map { try RawListener(port: Int(server.port), at: UInt8($0)) }
        let gone = try (5...11).map { try FullListener(port: Int(server.port), at: UInt8($0)) }
        defer { withExtendedLifetime(gone) {} }
        let several = HostLookup { _ in .success((2...11).map { "127.0.0.\($0)" } + ["127.0.0.1"]) }
        let start = ContinuousClock.now
        let store = try store(Int(server.port), at: "ten.invalid", several, patience: .milliseconds(500))
        let name = LockName("ten-\(OwnerID.fresh())")
        await eventually { (try? await store.acquire(name, by: .fresh(), for: .seconds(1))) != nil }
        print("T90: a lock from behind ten dead addresses after \(ContinuousClock.now - start)")
        for listener in silent { _ = await listener.stop() }
    }
}
