import BlockingExecutor
import DistributedLock
import Foundation
import LogModel
import TestSupport
import Testing

@testable import RedisAdapter

@Suite(
    "What a lock on Redis costs", .enabled(if: SharedRedis.isThere, "\(SharedRedis.missing)"), .timeLimit(.minutes(5)))
struct RedisCostTests {
    private static let cycles = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1" ? 10_000 : 200

    @Test(
        "taking a lock and giving it back are one call each to each server, and the scripts are sent once",
        arguments: [1, 5])
    func calls(_ count: Int) async throws {
        let cycles = RedisCostTests.cycles, name = LockName("cost"), holder = OwnerID.fresh()
        let servers = try await RedisServers.start(count)
        let store = try SharedRedis.store(servers.urls)
        let locking = try await ContinuousClock().measure {
            for _ in 0..<cycles {
                guard case .granted(let lease) = try await store.acquire(name, by: holder, for: .seconds(60)) else {
                    continue
                }
                #expect(try await store.release(lease))
            }
        }
        for url in servers.urls {
            let connection = RedisConnection(to: try RedisAddress(url), entropy: FreshEntropy())
            let statistics = try await connection.info("commandstats", .always(.seconds(10)))
            #expect(calls(of: "evalsha", in: statistics) == 2 * cycles)
            #expect(calls(of: "eval", in: statistics) == 2)
        }
        let bare = try await bareRoundTrips(2 * cycles, to: try RedisAddress(servers.urls[0]))
        let text =
            "\(cycles) locks on \(count): \(locking / cycles) each; \(2 * cycles) bare round trips: \(bare / cycles) a pair"
        print(text)
    }

    /// The same number of exchanges by hiredis alone, on one thread and without any of ours between them.
    private func bareRoundTrips(_ count: Int, to address: RedisAddress) async throws -> Duration {
        try await BlockingThreads(name: "bare", count: 1).run {
            let context = try RedisContext(to: address.host, address.port, within: .seconds(10))
            let deadline = ContinuousClock.now + .seconds(120)
            return try ContinuousClock().measure {
                for _ in 0..<count {
                    guard try context.exchange(["PING"], until: deadline) == .text("PONG") else { throw NoPong() }
                }
            }
        }
    }

    private struct NoPong: Error {}

    private func calls(of command: String, in statistics: String) -> Int {
        guard
            let line = statistics.split(whereSeparator: \.isNewline).first(where: {
                $0.hasPrefix("cmdstat_\(command):calls=")
            })
        else { return 0 }
        return Int(line.drop { $0 != "=" }.dropFirst().prefix { $0.isNumber }) ?? -1
    }
}
