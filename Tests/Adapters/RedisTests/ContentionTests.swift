import BlockingExecutor
import DistributedLock
import Foundation
import LogModel
import TestSupport
import Testing

@testable import RedisAdapter

@Suite("Contenders for a lock on Redis", .enabled(if: SharedRedis.isThere, "\(SharedRedis.missing)"))
struct ContentionTests {
    /// Grants that contenders share out.
    private static let cycles = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1" ? 10_000 : 200
    private static let term: Duration = .seconds(2)

    @Test("no two hold the lock inside its validity, and fences grow", arguments: ["one server", "five servers"])
    func history(_ setting: String) async throws {
        let urls = setting == "one server" ? [try #require(SharedRedis.single)] : try #require(SharedRedis.five)
        let history = try await Contest(urls: urls, cycles: ContentionTests.cycles, term: ContentionTests.term).run()
        try judge(history, setting)
    }

    @Test("nor while servers are paused and go on, one or two of five at a time")
    func troubled() async throws {
        let servers = try await RedisServers.start(5)
        let trouble = Task {
            var chance = SeededGenerator(seed: 9)
            while !Task.isCancelled {
                let first = Int.random(in: 0..<5, using: &chance)
                let other = Int.random(in: 0..<5, using: &chance)
                for index in [first, other] { servers.pause(index) }
                try? await Task.sleep(for: .milliseconds(Int.random(in: 1...400, using: &chance)))
                for index in [first, other] { servers.goOn(index) }
                try? await Task.sleep(for: .milliseconds(Int.random(in: 1...200, using: &chance)))
            }
        }
        defer { trouble.cancel() }
        let contest = Contest(
            urls: servers.urls, cycles: ContentionTests.cycles / 10, term: ContentionTests.term,
            patience: .milliseconds(50) ... .milliseconds(50))
        try judge(try await contest.run(), "five troubled servers")
    }

    private func judge(_ history: LockHistory, _ setting: String) throws {
        let faults = history.faults()
        #expect(faults.isEmpty, "\(faults.prefix(5))")
        #expect(Set(history.holdings.map(\.contender)).count > 1, "nobody contended")
        let lost = history.holdings.count { $0.gaveBack == nil }
        print(
            "contest on \(setting): \(history.holdings.count) grants, \(lost) never given back, \(faults.count) faults")
    }
}

/// Contenders of which each has connections of its own, as processes have.
private struct Contest {
    let urls: [String]
    let cycles: Int
    let term: Duration
    var patience = SharedRedis.patience

    func run() async throws -> LockHistory {
        let start = ContinuousClock.now, name = LockName("contest-\(OwnerID.fresh())")
        let history = BlockingExecutor.Locked(LockHistory())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for contender in 1...4 {
                let store = try SharedRedis.store(urls, patience: patience)
                group.addTask {
                    var chance = SeededGenerator(seed: UInt64(contender))
                    while history.withLock({ $0.holdings.count }) < cycles {
                        try Task.checkCancellation()
                        let holding = try await hold(name, contender, store, since: start, &chance)
                        if let holding { history.withLock { $0.holdings.append(holding) } }
                    }
                }
            }
            try await group.waitForAll()
        }
        return history.withLock { $0 }
    }

    /// One attempt, and what came of it: `nil` when the lock was another's or could not be had.
    private func hold(
        _ name: LockName, _ contender: Int, _ store: RedisLockStore, since start: ContinuousClock.Instant,
        _ chance: inout SeededGenerator
    ) async throws -> LockHistory.Holding? {
        // One in fifty dies with the lock, which must then run out by itself.
        let dies = Int.random(in: 0..<50, using: &chance) == 0
        let term = dies ? .milliseconds(60) : term
        let asked = start.duration(to: .now)
        guard case .granted(let lease)? = try? await store.acquire(name, by: .fresh(), for: term) else {
            try await Task.sleep(for: .microseconds(Int.random(in: 100...3000, using: &chance)))
            return nil
        }
        let began = start.duration(to: .now)
        // What the published rule entitles a holder to, reckoned here once more.
        var validUntil = asked + term - term / 100 - .milliseconds(2)
        if Int.random(in: 0..<4, using: &chance) == 0 {
            try await Task.sleep(for: .microseconds(Int.random(in: 0...2000, using: &chance)))
            let again = start.duration(to: .now)
            if !dies, (try? await store.extend(lease, for: term)) == true {
                validUntil = again + term - term / 100 - .milliseconds(2)
            }
        }
        let gaveBack = start.duration(to: .now)
        if !dies { _ = try? await store.release(lease) }
        return LockHistory.Holding(
            contender: contender, asked: asked, began: began, validUntil: validUntil, gaveBack: dies ? nil : gaveBack,
            fence: lease.fence)
    }
}
