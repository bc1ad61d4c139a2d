import BlockingExecutor
import InMemoryAdapter
import LogModel
import PortContracts
import TestSupport
import Testing

@testable import RedisAdapter

@Suite("Locks on Redis", .enabled(if: SharedRedis.isThere, "\(SharedRedis.missing)"), .timeLimit(.minutes(5)))
struct RedisContractTests {
    @Test("one server keeps the contract of locks", arguments: LockStoreContract.clauses)
    func single(_ clause: Clause<StoreUnderTest>) async throws {
        try await clause.verify(.locks(try SharedRedis.store([try #require(SharedRedis.single)])))
    }

    @Test("five servers keep the contract of locks", arguments: LockStoreContract.clauses)
    func five(_ clause: Clause<StoreUnderTest>) async throws {
        try await clause.verify(.locks(try SharedRedis.store(try #require(SharedRedis.five))))
    }

    @Test("servers know the scripts by the digests that are written down")
    func digests() async throws {
        let address = try RedisAddress(try #require(SharedRedis.single))
        // On a thread that may block: the context is used directly here.
        let threads = BlockingThreads(name: "digests", count: 1)
        for script in RedisScript.all {
            let reply = try await threads.run {
                try RedisContext(to: address.host, address.port, within: .seconds(10)).exchange(
                    ["SCRIPT", "LOAD", script.text], until: .now + .seconds(10))
            }
            #expect(reply == .text(script.digest))
        }
    }

    @Test("independent masters give no concern; one server under two names, and a replica, do")
    func concerns() async throws {
        #expect(try await SharedRedis.store(try #require(SharedRedis.five)).concerns(within: .seconds(20)).isEmpty)
        let server = try await RedisServers.start(1)
        let url = server.urls[0]
        let replica = try await RedisServers.start(
            1, "--replicaof", "127.0.0.1", url.split(separator: ":").last.map(String.init) ?? "")
        let store = try SharedRedis.store([url, url.replacing("127.0.0.1", with: "localhost"), replica.urls[0]])
        let concerns = await store.concerns(within: .seconds(20))
        #expect(concerns.count == 2)
        #expect(concerns.contains { $0.contains("are one server") })
        #expect(concerns.contains { $0.contains("is a replica") })
    }
}
