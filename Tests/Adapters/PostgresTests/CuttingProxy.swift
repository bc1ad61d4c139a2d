import BlockingExecutor
import ServerRig

/// A relay to a server that cuts the next connection once so many bytes went one way.
final class CuttingProxy: Sendable {
    typealias Way = LoopbackRelay.Way

    /// When the next bytes lead to a cut.
    private struct Plan {
        var way: Way?
        var left = 0
        var counts: [Way: Int] = [:]

        /// How many of the bytes may pass; fewer than there are once, when the cut is due.
        mutating func allowance(_ count: Int, _ way: Way) -> Int {
            counts[way, default: 0] += count
            guard self.way == way else { return count }
            guard count > left else {
                left -= count
                return count
            }
            self.way = nil
            return left
        }
    }

    private let plan: Locked<Plan>
    private let relay: LoopbackRelay

    /// Begins to relay to a port.
    init(to target: UInt16) throws {
        let plan = Locked(Plan())
        self.plan = plan
        relay = try LoopbackRelay(to: target) { passage in
            plan.withLock { $0.allowance(passage.bytes.count, passage.way) }
        }
    }

    /// Where it listens.
    var port: UInt16 { relay.port }

    /// Ends the listening.
    func stop() { relay.stop() }

    /// Cuts the connection over which the byte after the next `count` goes this way.
    func cut(_ way: Way, after count: Int) {
        plan.withLock { plan in (plan.way, plan.left, plan.counts) = (way, count, [:]) }
    }

    /// Cuts nothing.
    func calm() { plan.withLock { $0 = Plan() } }

    /// How many bytes went each way since the last order.
    var counts: (toServer: Int, toClient: Int) {
        plan.withLock { ($0.counts[.toServer, default: 0], $0.counts[.toClient, default: 0]) }
    }
}
