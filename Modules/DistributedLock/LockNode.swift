public import LogModel

/// One of the independent servers that keep a lock together.
///
/// Each call ends at its deadline, `limit` after it was made, or soon after, also when the server does not answer:
/// ``Redlock`` waits no longer. A call that failed may still have been carried out.
public protocol LockNode: Sendable {
    /// The node's name in messages; it holds no secret.
    var label: String { get }

    /// Sets the lock when it is free, and increments its fence.
    /// - Parameters:
    ///   - claim: the lock, its holder and the proof of this attempt.
    ///   - term: how long the lock lasts from now on, unless it is extended.
    ///   - limit: the longest time that the call may take.
    /// - Returns: the fence, or the holder that has the lock.
    /// - Throws: ``LockStoreError``: `.unavailable` without an answer in time, `.broken` when the node cannot keep a
    ///   lock. The lock may be set all the same; ``release(_:within:)`` undoes it.
    func acquire(_ claim: LockClaim, for term: Duration, within limit: Duration) async throws(LockStoreError)
        -> LockNodeAnswer

    /// Raises the lock's fence to at least `fence`.
    /// - Returns: `false` when the claim does not hold the lock here; nothing has changed then.
    /// - Throws: ``LockStoreError``: `.unavailable` without an answer in time, `.broken` when the node cannot keep a
    ///   lock. The fence may be raised all the same; the call is idempotent.
    func raise(_ claim: LockClaim, to fence: Int64, within limit: Duration) async throws(LockStoreError) -> Bool

    /// Extends the claim to `term` from now.
    /// - Returns: `false` when the claim does not hold the lock here; nothing has changed then.
    /// - Throws: ``LockStoreError``: `.unavailable` without an answer in time, `.broken` when the node cannot keep a
    ///   lock. The claim may be extended all the same.
    func extend(_ claim: LockClaim, for term: Duration, within limit: Duration) async throws(LockStoreError) -> Bool

    /// Releases the claim, also one that was made by a call that seemed to fail.
    /// - Returns: `false` when the claim does not hold the lock here; nothing has changed then.
    /// - Throws: ``LockStoreError``: `.unavailable` without an answer in time, `.broken` when the node cannot keep a
    ///   lock. The claim may be released all the same; if not, it lasts until its term ends.
    func release(_ claim: LockClaim, within limit: Duration) async throws(LockStoreError) -> Bool

    /// Reads which claim holds a lock here.
    /// - Returns: the claim; `nil` when the lock is free here.
    /// - Throws: ``LockStoreError``: `.unavailable` without an answer in time, `.broken` when the node cannot keep a
    ///   lock. Nothing has changed.
    func claim(on name: LockName, within limit: Duration) async throws(LockStoreError) -> LockClaim?
}

/// One attempt to acquire a lock, distinguished from all others by its proof.
public struct LockClaim: Sendable, Hashable {
    /// The lock.
    public let name: LockName
    /// The process that asks for it.
    public let holder: OwnerID
    /// A random text of each attempt, so that no process releases or extends the claim of another.
    public let proof: String

    /// Makes a claim.
    public init(name: LockName, holder: OwnerID, proof: String) {
        self.name = name
        self.holder = holder
        self.proof = proof
    }
}

/// The answer of one node to a claim.
public enum LockNodeAnswer: Sendable, Hashable {
    /// The lock was free, and the claim holds it now; `fence` is the node's count of grants.
    case granted(fence: Int64)
    /// Another claim holds the lock; these are its holder and its remaining time.
    case held(by: OwnerID, remaining: Duration)
}
