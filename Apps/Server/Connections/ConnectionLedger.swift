import NIOConcurrencyHelpers

/// Counts the connections of a listener, in all and by address.
final class ConnectionLedger: Sendable {
    /// Whether a connection is let in.
    enum Entry: Sendable {
        case admitted
        /// There are too many; `isNews` when the one before was let in.
        case refused(isNews: Bool)
    }

    private struct Counts {
        var all = 0
        var byPeer: [PeerAddress: Int] = [:]
        var isRefusing = false
    }

    private let most: Int
    private let mostPerPeer: Int
    private let counts = NIOLockedValueBox(Counts())

    init(_ limits: ConnectionLimits) {
        most = limits.connections
        mostPerPeer = limits.connectionsPerPeer
    }

    /// Enters a connection; one that is admitted must be struck out when it ends.
    func enter(_ peer: PeerAddress) -> Entry {
        counts.withLockedValue { counts in
            guard counts.all < most, counts.byPeer[peer, default: 0] < mostPerPeer else {
                defer { counts.isRefusing = true }
                return .refused(isNews: !counts.isRefusing)
            }
            counts.all += 1
            counts.byPeer[peer, default: 0] += 1
            counts.isRefusing = false
            return .admitted
        }
    }

    /// Strikes out a connection that was admitted.
    func leave(_ peer: PeerAddress) {
        counts.withLockedValue { counts in
            counts.all -= 1
            let left = counts.byPeer[peer, default: 1] - 1
            counts.byPeer[peer] = left > 0 ? left : nil
        }
    }
}
