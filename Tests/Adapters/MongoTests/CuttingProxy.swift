import BlockingExecutor
import ServerRig

/// A relay to a server that cuts a connection at a chosen message.
final class CuttingProxy: Sendable {
    /// When a connection is cut.
    enum Cut: Sendable, Equatable {
        /// When half of a message that holds the word was passed on.
        case within(String)
        /// When the server answers a message that holds the word: the answer is lost.
        case answer(to: String)
        /// As before, and no connection is made until ``heal()``.
        case answerAndAll(to: String)
    }

    private struct State {
        var cut: Cut?
        var isDown = false
        var cuts = 0
        /// The connections whose next answer is to be lost.
        var losing: Set<Int> = []

        /// How many bytes may pass.
        mutating func judge(_ passage: LoopbackRelay.Passage) -> Int {
            let (bytes, connection) = (passage.bytes, passage.connection)
            func holds(_ word: String) -> Bool { bytes.firstRange(of: Array(word.utf8)) != nil }
            guard passage.way == .toServer else {
                guard losing.remove(connection) != nil else { return bytes.count }
                noteCut()
                return 0
            }
            switch cut {
            case .within(let word) where holds(word):
                noteCut()
                return bytes.count / 2
            case .answer(let word) where holds(word), .answerAndAll(let word) where holds(word):
                losing.insert(connection)
                return bytes.count
            default: return bytes.count
            }
        }

        private mutating func noteCut() {
            if case .answerAndAll = cut { isDown = true }
            cut = nil
            cuts += 1
        }
    }

    private let state: Locked<State>
    private let relay: LoopbackRelay

    /// Begins to relay to a port.
    init(to target: UInt16) throws {
        let state = Locked(State())
        self.state = state
        relay = try LoopbackRelay(
            to: target, accepts: { !state.withLock { $0.isDown } },
            judge: { passage in state.withLock { $0.judge(passage) } })
    }

    /// Where it listens.
    var port: UInt16 { relay.port }

    /// Ends the listening.
    func stop() { relay.stop() }

    /// Cuts the next connection that fits.
    func cutNext(_ cut: Cut) { state.withLock { $0.cut = cut } }

    /// Lets connections be made again.
    func heal() { state.withLock { $0.isDown = false } }

    /// How many connections were cut.
    var cuts: Int { state.withLock { $0.cuts } }
}
