public import LogModel

/// The quorum and the times of a lock over several independent nodes.
public struct RedlockRules: Sendable, Hashable {
    /// The usual bounds of the time that one node may take for one call; within them it is a twentieth of the term.
    public static let usualNodeTimeout: ClosedRange<Duration> = .milliseconds(5) ... .milliseconds(50)
    /// The greatest number of nodes.
    public static let mostNodes = 15

    /// The number of nodes; it is odd.
    public let nodes: Int
    /// Bounds of the time that one node may take for one call.
    public let nodeTimeout: ClosedRange<Duration>
    /// The greatest number of attempts while no claim has a quorum.
    public let attempts: Int

    /// Makes the rules for `nodes` nodes.
    /// - Throws: ``RedlockRulesError`` when that number of nodes is not allowed.
    public init(
        nodes: Int, nodeTimeout: ClosedRange<Duration> = usualNodeTimeout, attempts: Int = 10
    ) throws(RedlockRulesError) {
        guard nodes > 0 else { throw .none }
        guard nodes <= RedlockRules.mostNodes else { throw .tooMany(nodes) }
        guard nodes % 2 == 1 else { throw .even(nodes) }
        self.nodes = nodes
        self.nodeTimeout = nodeTimeout
        self.attempts = max(1, attempts)
    }

    /// The number of nodes that must grant a lock: more than half.
    public var quorum: Int { nodes / 2 + 1 }

    /// Returns how long one node may take for a call about a lock of this term.
    public func timeout(for term: Duration) -> Duration {
        min(max(term / 20, nodeTimeout.lowerBound), nodeTimeout.upperBound)
    }

    /// Returns how far the clocks of nodes may drift apart during a term: a hundredth of it plus 2 ms.
    public func drift(over term: Duration) -> Duration { term / 100 + .milliseconds(2) }

    /// Returns how long a lock is certainly still held when its nodes were asked `elapsed` ago; zero or negative when
    /// it is not.
    public func validity(of term: Duration, after elapsed: Duration) -> Duration {
        term - elapsed - drift(over: term)
    }

    /// Returns how long to wait before the next attempt after `attempt` attempts: a random time between one and three
    /// timeouts, which grows with each attempt.
    ///
    /// So contenders that split the nodes between them do not retry at the same time.
    public func retryDelay(after attempt: Int, for term: Duration, _ entropy: any Entropy) -> Duration {
        let timeout = timeout(for: term)
        let share = Double(entropy.number(below: 1 << 20)) / Double(1 << 20)
        return timeout + timeout * (2 * share * Double(min(attempt, 4)))
    }
}

/// The reason why a number of nodes is not allowed.
public enum RedlockRulesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no node.
    case none
    /// The number is even: one node fewer tolerates as many failures.
    case even(Int)
    /// The number exceeds ``RedlockRules/mostNodes``.
    case tooMany(Int)

    /// The problem and what to do, for people.
    public var description: String {
        switch self {
        case .none: "a lock needs a server: one, or an odd number of them"
        case .even(let count):
            "\(count) servers cannot keep a lock better than \(count - 1): a quorum is more than half of them. "
                + "Give an odd number"
        case .tooMany(let count): "\(count) servers are too many for one lock; the most is \(RedlockRules.mostNodes)"
        }
    }
}
