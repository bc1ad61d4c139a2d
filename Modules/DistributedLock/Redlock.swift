public import LogModel

/// A lock over several independent nodes, by the published rules of Redlock; with one node it is a plain lock.
///
/// All nodes are asked at the same time, and no node is waited for longer than ``RedlockRules/timeout(for:)``. More
/// than half must grant the lock within its validity. A claim that lost is released on all nodes. Clocks that jump and
/// holders that are paused can defeat it, as they can any lock: nothing may rest on it alone.
public actor Redlock: LockStore {
    private let nodes: [any LockNode]
    private let rules: RedlockRules
    private let ticks: any Clock<Duration>
    private let entropy: any Entropy
    private var beingReleased: Set<LockLease> = []

    /// Makes a lock over nodes; their number must be that of the rules.
    /// - Parameters:
    ///   - nodes: independent of each other.
    ///   - rules: how many nodes must agree, and how long each may take.
    ///   - ticks: a monotonic clock.
    ///   - entropy: supplies the proofs of claims; it must be fit for secrets, since a proof must not be guessed.
    public init(nodes: [any LockNode], rules: RedlockRules, ticks: any Clock<Duration>, entropy: any Entropy) {
        precondition(nodes.count == rules.nodes, "the rules are for another number of nodes")
        self.nodes = nodes
        self.rules = rules
        self.ticks = ticks
        self.entropy = entropy
    }

    /// Acquires a lock that is free or whose term has ended.
    ///
    /// While no claim has a quorum, the call retries after a random delay. A caller that is cancelled meanwhile gets
    /// the holder that was in its way.
    public func acquire(
        _ name: LockName, by holder: OwnerID, for term: Duration
    ) async throws(LockStoreError) -> LockAnswer {
        var attempt = 0
        while true {
            attempt += 1
            let (vote, lease, failures) = await tryOnce(name, by: holder, for: term)
            if let lease { return .granted(lease) }
            let inTheWay: (holder: OwnerID, remaining: Duration)
            switch vote {
            case .held(let other, let remaining): return .held(by: other, remaining: remaining)
            case .unavailable: throw unavailable(failures)
            case .split(let other, let remaining): inTheWay = (other ?? holder, remaining)
            case .granted: inTheWay = (holder, .zero)
            }
            guard attempt < rules.attempts, await pause(after: attempt, for: term) else {
                if case .granted = vote { throw LockStoreError(.unavailable, detail: tooSlow(term)) }
                return .held(by: inTheWay.holder, remaining: inTheWay.remaining)
            }
        }
    }

    /// Extends a lease on a quorum of nodes.
    /// - Throws: ``LockStoreError`` when too few nodes answer, or so late that the lease may be over.
    public func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool {
        let passed = ticks.stopwatch()
        let limit = rules.timeout(for: term)
        let claim = lease.claim
        let answers = await ask(within: limit) { node throws(LockStoreError) in
            try await node.extend(claim, for: term, within: limit)
        }
        guard let isHeld = RedlockVote.agreed(answers.map(\.value), quorum: rules.quorum) else {
            throw unavailable(answers.map(\.failure))
        }
        if isHeld, rules.validity(of: term, after: passed()) <= .zero {
            throw LockStoreError(.unavailable, detail: tooSlow(term))
        }
        return isHeld
    }

    /// Releases a lease on all nodes.
    public func release(_ lease: LockLease) async throws(LockStoreError) -> Bool {
        // Two calls at once would each take the lease back on some nodes, and neither on a quorum.
        guard beingReleased.insert(lease).inserted else { return false }
        defer { beingReleased.remove(lease) }
        let answers = await takeBack(lease.claim, within: rules.nodeTimeout.upperBound)
        guard let wasHeld = RedlockVote.agreed(answers.map(\.value), quorum: rules.quorum) else {
            throw unavailable(answers.map(\.failure))
        }
        return wasHeld
    }

    /// Finds a claim of a holder, such as one that reached a node after its caller had given up.
    ///
    /// The lease can be released and not extended, since its fence is unknown.
    /// - Returns: the claim that most nodes have; `nil` also when no node answers.
    public func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? {
        let limit = rules.nodeTimeout.upperBound
        let answers = await ask(within: limit) { node throws(LockStoreError) in
            try await node.claim(on: name, within: limit)
        }
        let claims = answers.compactMap { $0.value ?? nil }.filter { $0.holder == holder }
        let counts = claims.map { claim in claims.count { $0 == claim } }
        guard let most = zip(claims, counts).max(by: { $0.1 < $1.1 })?.0 else { return nil }
        return LockLease(name: name, holder: holder, fence: 0, proof: most.proof)
    }

    /// One claim to all nodes, and its end everywhere unless a quorum granted it in time.
    private func tryOnce(
        _ name: LockName, by holder: OwnerID, for term: Duration
    ) async -> (RedlockVote, LockLease?, [LockStoreError?]) {
        let passed = ticks.stopwatch()
        let limit = rules.timeout(for: term)
        let claim = LockClaim(name: name, holder: holder, proof: hexadecimal(entropy.bytes(16)))
        let answers = await ask(within: limit) { node throws(LockStoreError) in
            try await node.acquire(claim, for: term, within: limit)
        }
        let vote = RedlockVote(answers.map(\.value), quorum: rules.quorum)
        if case .granted(let fence, let isFirm) = vote {
            let isKept = isFirm ? true : await settle(claim, on: fence, within: limit)
            if isKept, rules.validity(of: term, after: passed()) > .zero {
                return (vote, LockLease(name: name, holder: holder, fence: fence, proof: claim.proof), [])
            }
        }
        _ = await takeBack(claim, within: limit)
        return (vote, nil, answers.map(\.failure))
    }

    /// Makes a quorum count the fence that was granted, for nodes that were down have counted less.
    private func settle(_ claim: LockClaim, on fence: Int64, within limit: Duration) async -> Bool {
        let answers = await ask(within: limit) { node throws(LockStoreError) in
            try await node.raise(claim, to: fence, within: limit)
        }
        return RedlockVote.agreed(answers.map(\.value), quorum: rules.quorum) == true
    }

    /// On all nodes: one that seemed to refuse or to fail may have granted the claim, and its answer been lost.
    private func takeBack(_ claim: LockClaim, within limit: Duration) async -> [NodeResult<Bool>] {
        await ask(within: limit) { node throws(LockStoreError) in try await node.release(claim, within: limit) }
    }

    private func ask<Value: Sendable>(
        within limit: Duration,
        _ question: @escaping @Sendable (any LockNode) async throws(LockStoreError) -> Value
    ) async -> [NodeResult<Value>] {
        await askAll(nodes, within: limit, ticks, question)
    }

    /// - Returns: `false` when the caller was cancelled.
    private func pause(after attempt: Int, for term: Duration) async -> Bool {
        let delay = rules.retryDelay(after: attempt, for: term, entropy)
        return (try? await ticks.sleep(for: delay)) != nil
    }

    private func tooSlow(_ term: Duration) -> String {
        "the servers answered too late for a lock of \(term): nothing of it would have been left"
    }

    private func unavailable(_ failures: [LockStoreError?]) -> LockStoreError {
        var causes: [String] = []
        var hopeless = 0
        for (node, failure) in zip(nodes, failures) {
            guard let failure else { continue }
            causes.append("\(node.label) \(failure.detail)")
            if failure.reason == .broken { hopeless += 1 }
        }
        let count = nodes.count == 1 ? "" : "\(causes.count) of \(nodes.count) servers of the lock failed: "
        // When too many will refuse for good, waiting does not help.
        let reason: LockStoreError.Reason = hopeless > nodes.count - rules.quorum ? .broken : .unavailable
        return LockStoreError(reason, detail: count + causes.joined(separator: "; "))
    }
}

extension LockLease {
    /// What nodes know the lease by.
    fileprivate var claim: LockClaim { LockClaim(name: name, holder: holder, proof: proof) }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
