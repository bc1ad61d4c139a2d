import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@testable import DistributedLock

@Suite("Rules of Redlock")
struct RedlockRulesTests {
    @Test("a quorum is more than half", arguments: [(1, 1), (3, 2), (5, 3), (7, 4), (15, 8)])
    func quorum(_ nodes: Int, _ quorum: Int) throws {
        #expect(try RedlockRules(nodes: nodes).quorum == quorum)
    }

    @Test("none, an even number and too many are refused, with what to do")
    func refused() {
        #expect(throws: RedlockRulesError.none) { try RedlockRules(nodes: 0) }
        for nodes in [2, 4, 14] { #expect(throws: RedlockRulesError.even(nodes)) { try RedlockRules(nodes: nodes) } }
        #expect(throws: RedlockRulesError.tooMany(17)) { try RedlockRules(nodes: 17) }
        #expect(RedlockRulesError.even(4).description.contains("odd number"))
    }

    @Test("one node has a twentieth of the term, between 5 and 50 ms")
    func timeout() throws {
        let rules = try RedlockRules(nodes: 5)
        #expect(rules.timeout(for: .milliseconds(20)) == .milliseconds(5))
        #expect(rules.timeout(for: .milliseconds(400)) == .milliseconds(20))
        #expect(rules.timeout(for: .seconds(30)) == .milliseconds(50))
    }

    @Test("validity counts from the start of the attempt, less a hundredth and 2 ms")
    func validity() throws {
        let rules = try RedlockRules(nodes: 5)
        #expect(rules.validity(of: .seconds(10), after: .zero) == .milliseconds(9898))
        #expect(rules.validity(of: .seconds(10), after: .milliseconds(300)) == .milliseconds(9598))
        #expect(rules.validity(of: .milliseconds(100), after: .milliseconds(97)) == .zero)
        #expect(rules.validity(of: .milliseconds(2), after: .zero) < .zero)
    }

    @Test("retries wait for a time that chance chooses, within bounds that grow")
    func retryDelay() throws {
        let rules = try RedlockRules(nodes: 3)
        let entropy = SeededEntropy(seed: 4)
        var seen: Set<Duration> = []
        for attempt in 1...40 {
            let delay = rules.retryDelay(after: attempt, for: .seconds(30), entropy)
            #expect(delay >= .milliseconds(50) && delay <= .milliseconds(50 + 100 * min(attempt, 4)))
            seen.insert(delay)
        }
        #expect(seen.count > 30)
    }
}

@Suite("Votes of Redlock")
struct RedlockVoteTests {
    private let one = OwnerID.fresh(), other = OwnerID.fresh()

    private func held(_ holder: OwnerID, _ seconds: Int = 10) -> LockNodeAnswer {
        .held(by: holder, remaining: .seconds(seconds))
    }

    @Test("a quorum of grants is a grant, whatever the rest says")
    func granted() {
        let yes = LockNodeAnswer.granted(fence: 7)
        #expect(RedlockVote([yes, yes, yes, nil, nil], quorum: 3) == .granted(fence: 7, isFirm: true))
        #expect(RedlockVote([yes, yes, yes, held(one), held(one)], quorum: 3) == .granted(fence: 7, isFirm: true))
        #expect(RedlockVote([yes], quorum: 1) == .granted(fence: 7, isFirm: true))
    }

    @Test("the highest fence counts, and is firm when a quorum has it")
    func fences() {
        let answers = [4, 9, 9, 3, 9].map { LockNodeAnswer.granted(fence: $0) }
        #expect(RedlockVote(answers, quorum: 3) == .granted(fence: 9, isFirm: true))
        #expect(RedlockVote(answers.dropLast() + [nil], quorum: 3) == .granted(fence: 9, isFirm: false))
    }

    @Test("another's quorum is another's lock, for the longest time that a node knows")
    func heldByQuorum() {
        let answers = [held(one, 3), held(one, 8), held(one, 5), .granted(fence: 1), nil]
        #expect(RedlockVote(answers, quorum: 3) == .held(by: one, remaining: .seconds(8)))
    }

    @Test("nobody's quorum is a split, and the strongest other is named")
    func split() {
        let yes = LockNodeAnswer.granted(fence: 1)
        #expect(
            RedlockVote([yes, yes, held(one), held(other), held(other, 6)], quorum: 3)
                == .split(other, remaining: .seconds(10)))
        #expect(RedlockVote([yes, yes, held(one), nil, nil], quorum: 3) == .split(one, remaining: .seconds(10)))
    }

    @Test("two grants of five are never enough")
    func belowQuorum() {
        let yes = LockNodeAnswer.granted(fence: 1)
        #expect(RedlockVote([yes, yes, nil, nil, nil], quorum: 3) == .unavailable)
        #expect(RedlockVote([nil], quorum: 1) == .unavailable)
    }

    @Test("questions with yes or no are settled by a quorum of yes, or when it is out of reach")
    func agreed() {
        #expect(RedlockVote.agreed([true, true, true, false, nil], quorum: 3) == true)
        #expect(RedlockVote.agreed([true, true, false, false, false], quorum: 3) == false)
        #expect(RedlockVote.agreed([true, true, false, false, nil], quorum: 3) == nil)
        #expect(RedlockVote.agreed([nil, nil, nil, false, false], quorum: 3) == nil)
        #expect(RedlockVote.agreed([false], quorum: 1) == false)
    }
}
