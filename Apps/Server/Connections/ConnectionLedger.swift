import NIOConcurrencyHelpers

/// Counts the connections of a listener, in all and by address.
final class ConnectionLedger: Sendable {
    /// Whether a connection is let in.
    enum Entry: Sendable {
        /// It counts until it leaves.
        case admitted
        /// There are too many; it counts among the refused until it leaves. `isNews` when the one before was let in.
        case refused(isNews: Bool)
        /// There are too many of the refused as well; it counts nowhere.
        case dropped
    }

    private struct Counts {
        var all = 0
        var byPeer: [PeerAddress: Int] = [:]
        var refused = 0
        var isRefusing = false
    }

    private let most: Int
    private let mostPerPeer: Int
    private let mostRefused: Int
    private let counts = NIOLockedValueBox(Counts())

    init(_ limits: ConnectionLimits) {
        most = limits.connections
        mostPerPeer = limits.connectionsPerPeer
        mostRefused = limits.refusals
    }

    /// Enters a connection; unless it is dropped, it must be struck out when it ends.
    func enter(_ peer: PeerAddress) -> Entry {
        counts.withLockedValue { counts in
            guard counts.all < most, counts.byPeer[peer, default: 0] < mostPerPeer else {
                guard counts.refused < mostRefused else { return .dropped }
                counts.refused += 1
                defer { counts.isRefusing = true }
                return .refused(isNews: !counts.isRefusing)
            }
            counts.all += 1
            counts.byPeer[peer, default: 0] += 1
            counts.isRefusing = false
            return .admitted
        }
    }

    /// Strikes out a connection that was refused.
    func leaveRefused() { counts.withLockedValue { $0.refused -= 1 } }

    /// Strikes out a connection that was admitted.
    func leave(_ peer: PeerAddress) {
        counts.withLockedValue { counts in
            counts.all -= 1
            let left = counts.byPeer[peer, default: 1] - 1
            counts.byPeer[peer] = left > 0 ? left : nil
        }
    }
}
