public import LogModel

/// Grants one holder at a time the right to try a named piece of work.
///
/// A store decides which holder has a lock and until when, by its own clock. Renewal, cancellation and release are
/// built once above it, in ``LockKeeper``. Nothing may rest on a lock alone: a holder that was paused can still believe
/// that it holds one.
///
/// A ``LockStoreError`` does not say whether a change was made: its answer may be lost.
public protocol LockStore: Sendable {
    /// Acquires a lock that is free or whose term has ended.
    /// - Parameters:
    ///   - name: the lock.
    ///   - holder: the process that asks for it.
    ///   - term: how long the lock lasts from now on, unless it is extended.
    /// - Returns: the lease, or the other holder.
    /// - Throws: ``LockStoreError``: `.unavailable` when the store does not answer in time; the lock may be granted all
    ///   the same, until its term ends or the lease that ``lease(on:of:)`` finds is released. `.broken` when the store
    ///   refuses the call, or its answer cannot be read.
    func acquire(_ name: LockName, by holder: OwnerID, for term: Duration) async throws(LockStoreError) -> LockAnswer

    /// Extends a lease to `term` from now.
    /// - Returns: `false` when the lease had been lost.
    /// - Throws: ``LockStoreError``: `.unavailable` when the store does not answer in time, `.broken` when it refuses
    ///   the call. The lease may be extended or not; the caller counts on its former end.
    func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool

    /// Releases a lease; a lease that was lost before is left unchanged.
    /// - Returns: `false` when the lease had been lost.
    /// - Throws: ``LockStoreError``: `.unavailable` when the store does not answer in time, `.broken` when it refuses
    ///   the call. The lock may be free, or held until its term ends; the call may be repeated.
    func release(_ lease: LockLease) async throws(LockStoreError) -> Bool

    /// Finds the lease that a holder has, also when the answer to the call that acquired it was lost.
    /// - Parameters:
    ///   - name: the lock.
    ///   - holder: the process that may hold it.
    /// - Returns: a lease that can be released; `nil` when that holder has none.
    /// - Throws: ``LockStoreError``: `.unavailable` when the store cannot be asked now, `.broken` when it refuses the
    ///   call. Nothing has changed.
    func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease?
}

/// Identifies a lock.
public struct LockName: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let text: String
    /// Makes the identifier from a name of 1 to 200 bytes.
    public init(_ text: String) { self.text = text }
    /// The name.
    public var description: String { text }
}

/// The proof of holding a lock.
public struct LockLease: Sendable, Hashable {
    /// The lock.
    public let name: LockName
    /// The process that holds it.
    public let holder: OwnerID
    /// A number that grows with every grant of the same lock, so that a stale holder can be recognised.
    public let fence: Int64
    /// The store's mark of this grant where the fence alone is not enough; otherwise empty.
    public let proof: String

    /// Makes a lease; only stores do.
    public init(name: LockName, holder: OwnerID, fence: Int64, proof: String = "") {
        self.name = name
        self.holder = holder
        self.fence = fence
        self.proof = proof
    }
}

/// The result of an attempt to acquire a lock.
public enum LockAnswer: Sendable, Hashable {
    /// The caller has it.
    case granted(LockLease)
    /// Another holder has it; `remaining` is how long its term lasts, as far as the store knows.
    case held(by: OwnerID, remaining: Duration)
}

/// An error of a lock store.
public struct LockStoreError: StoreFault, CustomStringConvertible {
    /// The kind of failure.
    public enum Reason: Sendable, Hashable {
        /// The store cannot be reached or is busy. The same call may succeed later.
        case unavailable
        /// The store holds something that cannot be read, or refuses the call permanently.
        case broken
    }

    /// The kind of failure.
    public let reason: Reason
    /// The store's message, for operators.
    public let detail: String
    /// The cause, if it is known.
    public let condition: StoreCondition?

    /// Makes an error.
    public init(_ reason: Reason, detail: String, condition: StoreCondition? = nil) {
        self.reason = reason
        self.detail = detail
        self.condition = condition
    }

    /// Whether the same call may succeed later.
    public var mayPass: Bool { reason == .unavailable }

    /// Kind and detail.
    public var description: String { "\(reason): \(detail)" }
}
