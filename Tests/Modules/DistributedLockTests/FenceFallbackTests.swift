import DistributedLock
import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@Suite("Work without a lock", .timeLimit(.minutes(6)))
struct FenceFallbackTests {
    private let told = Told()
    private let node: SimulatedNode
    private let locks: FenceFallback
    private let name = LockName("consume-logs")

    init() throws {
        let ticks = ManualTicks(), told = told
        node = SimulatedNode("the node", ticks)
        let lock = Redlock(
            nodes: [node], rules: try RedlockRules(nodes: 1), ticks: ticks, entropy: SeededEntropy(seed: 2))
        locks = FenceFallback(lock) { told.add($0) }
    }

    @Test("while locks cannot be had work goes on, and that is said once at each end")
    func goesOn() async throws {
        await node.become(.down)
        for _ in 0..<3 {
            let lease = try await grant()
            #expect(await locks.extend(lease, for: .seconds(30)))
            #expect(try await locks.release(lease))
        }
        #expect(told.words == ["began: is down"])
        await node.become(.well)
        let lease = try await grant()
        #expect(lease.fence == 1)
        guard case .held = await locks.acquire(name, by: .fresh(), for: .seconds(30)) else { throw NotGranted() }
        #expect(told.words == ["began: is down", "ended"])
    }

    @Test("a lock that is lost is lost; one that cannot be asked about goes on")
    func underWay() async throws {
        let lease = try await grant()
        await node.become(.down)
        #expect(await locks.extend(lease, for: .seconds(30)))
        await node.become(.well)
        #expect(await locks.extend(lease, for: .seconds(30)))
        #expect(try await locks.release(lease))
        #expect(await locks.extend(lease, for: .seconds(30)) == false)
    }

    private func grant() async throws -> LockLease {
        guard case .granted(let lease) = await locks.acquire(name, by: .fresh(), for: .seconds(30)) else {
            throw NotGranted()
        }
        return lease
    }

    private struct NotGranted: Error {}

    /// What was told, in order.
    private final class Told: Sendable {
        private let said = InMemoryAdapter.Locked<[String]>([])
        var words: [String] { said.withLock { $0 } }

        func add(_ change: FenceFallback.Change) {
            said.withLock { words in
                switch change {
                case .began(let error): words.append("began: \(error.detail.replacing("the node ", with: ""))")
                case .ended: words.append("ended")
                }
            }
        }
    }
}
