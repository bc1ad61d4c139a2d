import CallLedger
import DistributedLock
import Glibc
import HostLookup
import LogModel
import RawSockets
import ServerRig
import TestSupport
import Testing

@testable import RedisAdapter

/// That every call ends in its time, and needs little memory, whatever a server does.
@Suite("Redis: calls end in their time", .timeLimit(.minutes(2)))
struct RedisLimitTests {
    private let ledger = CallLedger()

    private func store(
        at host: String = "127.0.0.1", _ port: Int, patience: Duration = .milliseconds(500),
        _ limits: RedisLimits = RedisLimits(), _ lookup: HostLookup = .system
    ) throws -> RedisLockStore {
        try RedisLockStore(
            [try RedisAddress("redis://\(host):\(port)")], nodeTimeout: patience...patience, entropy: FreshEntropy(),
            calls: ledger, limits: limits, lookup: lookup)
    }

    private func refusal(_ store: RedisLockStore) async -> LockStoreError? {
        await #expect(throws: LockStoreError.self) {
            try await store.acquire(LockName("limits"), by: .fresh(), for: .seconds(60))
        }
    }

    @Test("T90: a server that takes connections and says nothing is waited for as long as a call may take")
    func silent() async throws {
        let listener = try RawListener()
        let error = await refusal(try store(listener.port))
        #expect(error?.reason == .unavailable && error?.detail.contains("did not answer") == true)
        await eventually { ledger.sights.isEmpty }
        #expect(await listener.stop().isEmpty == false)
    }

    @Test(
        "T90: answers that are announced as two gigabytes, and lists of as many items, are refused and cost no memory",
        arguments: ["$2147483647\r\n", "*2147483647\r\n"])
    func announced(_ beginning: String) async throws {
        let before = residentMemory()
        let rest = String(repeating: "x", count: beginning.hasPrefix("$") ? 1 << 20 : 0)
        let listener = try RawListener(answer: beginning + rest)
        let error = await refusal(try store(listener.port, patience: .seconds(20)))
        #expect(error?.reason == .broken && error?.detail.contains("far too long") == true, "\(error?.detail ?? "")")
        #expect(residentMemory() - before < 512 << 20)
        await eventually { ledger.sights.isEmpty }
        _ = await listener.stop()
    }

    @Test(
        "T90: a server that answers a byte a second ends with the time of the call, and is used again when it is well",
        .enabled(if: SharedRedis.isThere, "\(SharedRedis.missing)"))
    func dripping() async throws {
        let server = try RedisAddress(try #require(SharedRedis.single))
        let proxy = try FaultProxy(to: UInt16(server.port))
        proxy.mood = .dripping
        let store = try store(Int(proxy.port))
        let error = await refusal(store)
        #expect(error?.reason == .unavailable && error?.detail.contains("did not answer") == true)
        await eventually { ledger.sights.isEmpty }
        proxy.mood = .calm
        let name = LockName("dripping-\(OwnerID.fresh())")
        await eventually {
            (try? await store.acquire(name, by: .fresh(), for: .milliseconds(100))) != nil
        }
        proxy.stop()
    }

    @Test("T90: a look-up of a host's name that never ends holds no call, and their number is bounded")
    func endlessLookup() async throws {
        let endless = HostLookup { _ in
            sleep(20)
            return .success([])
        }
        var limits = RedisLimits()
        (limits.connect, limits.lookups, limits.shortestPause) = (.milliseconds(200), 1, .zero)
        let one = await refusal(try store(at: "one.invalid", 6379, patience: .seconds(10), limits, endless))
        #expect(one?.reason == .unavailable && one?.detail.contains("was not answered in time") == true)
        let two = await refusal(try store(at: "two.invalid", 6379, patience: .seconds(10), limits, endless))
        #expect(two?.detail.contains("have not come back") == true)
        await eventually { ledger.sights.isEmpty }
    }

    @Test("T90: dead addresses in front of one that answers cost nothing but their time")
    func deadAddresses() async throws {
        let listener = try RawListener(answer: "-LOADING starting\r\n")
        let several = HostLookup { _ in .success((2...10).map { "127.0.0.\($0)" } + ["127.0.0.1"]) }
        let error = await refusal(
            try store(at: "ten.invalid", listener.port, patience: .seconds(10), RedisLimits(), several))
        #expect(error?.detail.contains("cannot be connected to") == false)
        _ = await listener.stop()
    }

    @Test("T90: ends of locks do not pile up in front of a server that says nothing")
    func releases() async throws {
        let listener = try RawListener()
        var limits = RedisLimits()
        limits.release = .seconds(1)
        let store = try store(listener.port, patience: .seconds(1), limits)
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<30 {
                group.addTask {
                    let lease = LockLease(name: LockName("l\(index)"), holder: .fresh(), fence: 1)
                    await #expect(throws: LockStoreError.self) { try await store.release(lease) }
                }
            }
        }
        await eventually { ledger.sights.isEmpty }
        // One after the other they would take half a minute.
        #expect(.now - start < .seconds(15))
        _ = await listener.stop()
    }
}
