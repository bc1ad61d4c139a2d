public import LogModel

/// One of the independent servers that keep a lock together.
///
/// Each call is over `limit` after it was made, also when the server says nothing, or soon after: ``Redlock`` waits no
/// longer. A call that failed may still have been carried out.
public protocol LockNode: Sendable {
    /// What the node is called in messages: no secrets.
    var label: String { get }

    /// Sets the lock when it is free, and counts its fence up.
    func acquire(_ claim: LockClaim, for term: Duration, within limit: Duration) async throws(LockStoreError)
        -> LockNodeAnswer

    /// Raises the lock's fence to at least `fence`.
    /// - Returns: `false` when the claim does not hold the lock here.
    func raise(_ claim: LockClaim, to fence: Int64, within limit: Duration) async throws(LockStoreError) -> Bool

    /// Lets the claim last `term` from now.
    /// - Returns: `false` when the claim does not hold the lock here.
    func extend(_ claim: LockClaim, for term: Duration, within limit: Duration) async throws(LockStoreError) -> Bool

    /// Takes the claim back, also one that was made by a call that seemed to fail.
    /// - Returns: `false` when the claim does not hold the lock here.
    func release(_ claim: LockClaim, within limit: Duration) async throws(LockStoreError) -> Bool

    /// Tells which claim holds a lock here.
    /// - Returns: `nil` when the lock is free here.
    /// - Throws: ``LockStoreError`` when the node does not answer.
    func claim(on name: LockName, within limit: Duration) async throws(LockStoreError) -> LockClaim?
}

/// One attempt to have a lock, told apart from all others.
public struct LockClaim: Sendable, Hashable {
    /// The lock.
    public let name: LockName
    /// Who wants it.
    public let holder: OwnerID
    /// Chosen at random for each attempt, so that nobody takes back or prolongs what is another's.
    public let proof: String

    /// Makes a claim.
    public init(name: LockName, holder: OwnerID, proof: String) {
        self.name = name
        self.holder = holder
        self.proof = proof
    }
}

/// What one node says to a claim.
public enum LockNodeAnswer: Sendable, Hashable {
    /// The lock was free and is the claim's now; `fence` is the node's count of grants.
    case granted(fence: Int64)
    /// It is another claim's, of which this is the holder and the time that it has left.
    case held(by: OwnerID, remaining: Duration)
}
