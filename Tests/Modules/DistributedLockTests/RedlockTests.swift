import DistributedLock
import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@Suite("Redlock", .timeLimit(.minutes(6)))
struct RedlockTests {
    private let ticks = ManualTicks()
    private let nodes: [SimulatedNode]
    private let name = LockName("consume-logs")

    init() {
        let ticks = ticks
        nodes = (1...5).map { SimulatedNode("node \($0)", ticks) }
    }

    private func lock(attempts: Int = 1) throws -> Redlock {
        Redlock(
            nodes: nodes, rules: try RedlockRules(nodes: 5, attempts: attempts), ticks: ticks,
            entropy: SeededEntropy(seed: 1))
    }

    private func grant(_ lock: Redlock, for term: Duration = .seconds(30)) async throws -> LockLease {
        guard case .granted(let lease) = try await lock.acquire(name, by: .fresh(), for: term) else {
            throw NotGranted()
        }
        return lease
    }

    private struct NotGranted: Error {}

    private func holding() async -> [Bool] {
        var all: [Bool] = []
        for node in nodes { all.append(await node.holds(name)) }
        return all
    }

    @Test("two nodes of five may be down, in any way", arguments: [SimulatedNode.Mood.down, .mute, .refusing])
    func twoDown(_ mood: SimulatedNode.Mood) async throws {
        await nodes[1].become(mood)
        await nodes[4].become(mood)
        let lock = try lock()
        let lease = try await grant(lock)
        #expect(try await lock.extend(lease, for: .seconds(30)))
        #expect(try await lock.release(lease))
    }

    @Test("T97: claims that reach the nodes when nobody waits for them any more hold up nobody who made them")
    func lateClaims() async throws {
        let (lock, holder) = (try lock(), OwnerID.fresh())
        for (index, node) in nodes.enumerated() {
            let claim = LockClaim(name: name, holder: holder, proof: index < 4 ? "late" : "later")
            _ = try await node.acquire(claim, for: .seconds(30), within: .seconds(1))
        }
        #expect(try await lock.lease(on: name, of: .fresh()) == nil)
        let keeper = LockKeeper(store: lock, holder: holder, ticks: ticks)
        guard case .done = try await keeper.withLock(name, for: .seconds(30), { _ in }) else { throw NotGranted() }
    }

    @Test("three down: nobody gets the lock, the error names them, and nothing is left behind")
    func threeDown() async throws {
        for index in 0..<3 { await nodes[index].become(.down) }
        let error = await #expect(throws: LockStoreError.self) { try await grant(try lock()) }
        #expect(error?.reason == .unavailable)
        #expect(error?.detail.contains("3 of 5") == true && error?.detail.contains("node 3 is down") == true)
        #expect(await holding() == [false, false, false, false, false])
    }

    @Test("three that refuse for good are not a matter of waiting")
    func threeRefuse() async throws {
        for index in 0..<3 { await nodes[index].become(.refusing) }
        let error = await #expect(throws: LockStoreError.self) { try await grant(try lock()) }
        #expect(error?.reason == .broken)
    }

    @Test("a node whose answer was lost is unlocked like the others")
    func lostAnswers() async throws {
        for index in 0..<3 { await nodes[index].become(.mute) }
        await #expect(throws: LockStoreError.self) { try await grant(try lock()) }
        #expect(await holding() == [false, false, false, false, false])
    }

    @Test("a lock that is granted when its time is nearly over is no lock, and is given back")
    func tooLate() async throws {
        for node in nodes { await node.take(.milliseconds(20)) }
        await #expect(throws: LockStoreError.self) { try await grant(try lock(), for: .milliseconds(100)) }
        #expect(await holding() == [false, false, false, false, false])
    }

    @Test("an extension that comes back too late is no extension")
    func lateExtension() async throws {
        let lock = try lock()
        let lease = try await grant(lock)
        for node in nodes { await node.take(.milliseconds(20)) }
        await #expect(throws: LockStoreError.self) { try await lock.extend(lease, for: .milliseconds(100)) }
    }

    @Test("a lease that a quorum no longer knows is lost; one that too few tell of is unknown")
    func extension_() async throws {
        let lock = try lock()
        let lease = try await grant(lock)
        await nodes[0].become(.down)
        await nodes[1].become(.down)
        #expect(try await lock.extend(lease, for: .seconds(30)))
        await nodes[2].become(.down)
        await #expect(throws: LockStoreError.self) { try await lock.extend(lease, for: .seconds(30)) }
        ticks.advance(by: .seconds(31))
        for node in nodes { await node.become(.well) }
        #expect(try await lock.extend(lease, for: .seconds(30)) == false)
    }

    @Test("a fence is higher than all before it, also when other nodes counted them")
    func fences() async throws {
        let lock = try lock()
        await nodes[0].count(40, for: name)
        let first = try await grant(lock)
        #expect(first.fence == 41)
        #expect(try await lock.release(first))
        await nodes[0].become(.down)
        await nodes[1].become(.down)
        #expect(try await grant(lock).fence == 42)
    }

    @Test("a split is tried again, after a while that passes")
    func retry() async throws {
        let lock = try lock(attempts: 3), name = name
        let others = [OwnerID.fresh(), .fresh()]
        for index in 0..<4 {
            let claim = LockClaim(name: name, holder: others[index / 2], proof: "\(index)")
            _ = try await nodes[index].acquire(claim, for: .milliseconds(50), within: .seconds(1))
        }
        let attempt = Task { try await lock.acquire(name, by: .fresh(), for: .seconds(30)) }
        let clock = Task { [ticks] in
            while !Task.isCancelled {
                ticks.advance(by: .milliseconds(1))
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        defer { clock.cancel() }
        guard case .granted = try await attempt.value else { throw NotGranted() }
    }

    @Test("a caller that is cancelled while it waits leaves nothing behind")
    func cancelled() async throws {
        let lock = try lock(attempts: 3), name = name
        let others = [OwnerID.fresh(), .fresh()]
        for index in 0..<4 {
            let claim = LockClaim(name: name, holder: others[index / 2], proof: "\(index)")
            _ = try await nodes[index].acquire(claim, for: .seconds(50), within: .seconds(1))
        }
        let attempt = Task { try await lock.acquire(name, by: .fresh(), for: .seconds(30)) }
        // Before or while it waits: the timers of the nodes sleep as well.
        await ticks.waitForSleepers()
        attempt.cancel()
        guard case .held(let holder, _) = try await attempt.value else { throw NotGranted() }
        #expect(others.contains(holder))
        #expect(await holding() == [true, true, true, true, false])
    }

    @Test("no two valid leases, whatever the nodes do", arguments: UInt64(1)...40)
    func neverTwo(_ seed: UInt64) async throws {
        var chance = SeededGenerator(seed: seed)
        let lock = try lock(), rules = try RedlockRules(nodes: 5)
        var leases: [(lease: LockLease, end: ManualTicks.Instant)] = []
        var lastFence: Int64 = 0
        for _ in 0..<200 {
            for node in nodes where Int.random(in: 0..<6, using: &chance) == 0 {
                await node.become(SimulatedNode.Mood.allCases.randomElement(using: &chance) ?? .well)
            }
            ticks.advance(by: .milliseconds(Int.random(in: 0...400, using: &chance)))
            leases.removeAll { $0.end <= ticks.now }
            let end = ticks.now.advanced(by: rules.validity(of: .seconds(1), after: .zero))
            switch Int.random(in: 0..<4, using: &chance) {
            case 0 where !leases.isEmpty:
                _ = try? await lock.release(leases.removeFirst().lease)
            case 1 where !leases.isEmpty:
                if (try? await lock.extend(leases[0].lease, for: .seconds(1))) == true { leases[0].end = end }
            default:
                guard case .granted(let lease)? = try? await lock.acquire(name, by: .fresh(), for: .seconds(1)) else {
                    continue
                }
                #expect(leases.isEmpty, "two holders at once, seed \(seed)")
                #expect(lease.fence > lastFence, "a fence went back, seed \(seed)")
                lastFence = lease.fence
                leases = [(lease, end)]
            }
        }
        #expect(lastFence > 0)
    }
}
