public import LogModel

/// The arithmetic of a lock over several independent nodes.
public struct RedlockRules: Sendable, Hashable {
    /// How long one node may take for one call, between these bounds; within them it is a twentieth of the term.
    public static let usualNodeTimeout: ClosedRange<Duration> = .milliseconds(5) ... .milliseconds(50)
    /// Most nodes that a lock is kept on.
    public static let mostNodes = 15

    /// How many nodes there are; odd.
    public let nodes: Int
    /// Bounds of the time that one node may take for one call.
    public let nodeTimeout: ClosedRange<Duration>
    /// Most attempts to settle whose a lock is while nobody has it on a quorum.
    public let attempts: Int

    /// Rules for `nodes` nodes.
    /// - Throws: ``RedlockRulesError`` when that many cannot keep a lock well.
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

    /// How many nodes must grant a lock: more than half, always.
    public var quorum: Int { nodes / 2 + 1 }

    /// How long one node may take for a call about a lock of this term.
    public func timeout(for term: Duration) -> Duration {
        min(max(term / 20, nodeTimeout.lowerBound), nodeTimeout.upperBound)
    }

    /// How far the clocks of nodes may run apart during a term: a hundredth of it and 2 ms.
    public func drift(over term: Duration) -> Duration { term / 100 + .milliseconds(2) }

    /// For how long a lock is sure to be held when its nodes were asked `elapsed` ago; not positive when it is not.
    public func validity(of term: Duration, after elapsed: Duration) -> Duration {
        term - elapsed - drift(over: term)
    }

    /// How long to wait before the next attempt when there were `attempt`, so that contenders who split the nodes part
    /// ways: at random between one and three timeouts, and longer with each attempt.
    public func retryDelay(after attempt: Int, for term: Duration, _ entropy: any Entropy) -> Duration {
        let timeout = timeout(for: term)
        let share = Double(entropy.number(below: 1 << 20)) / Double(1 << 20)
        return timeout + timeout * (2 * share * Double(min(attempt, 4)))
    }
}

/// Why a number of nodes cannot keep a lock.
public enum RedlockRulesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is none.
    case none
    /// An even number: one fewer bears as many failures.
    case even(Int)
    /// More than ``RedlockRules/mostNodes``.
    case tooMany(Int)

    /// What is wrong and what to do, for people.
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
