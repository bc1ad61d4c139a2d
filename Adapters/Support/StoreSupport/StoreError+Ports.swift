public import DistributedLock
public import LogModel

extension StoreError {
    /// The same as commits say it: they name nothing that could be there already, so a constraint that refuses one is
    /// broken.
    public var ofCommit: StoreError {
        reason == .conflict ? StoreError(.broken, detail: detail, condition: condition) : self
    }
}

extension LockStoreError {
    /// What a store could not do, as locks say it.
    init(_ error: StoreError) {
        let mayPass = error.reason == .unavailable || error.reason == .outcomeUnknown
        self.init(mayPass ? .unavailable : .broken, detail: error.detail, condition: error.condition)
    }
}

/// Does a call about locks.
/// - Parameter call: the call, as any other of the store.
/// - Returns: what the call returns.
/// - Throws: ``LockStoreError``: `.unavailable` when the call may succeed later, or its outcome is unknown; `.broken` else.
public func withLockErrors<Value>(
    _ call: () async throws(StoreError) -> Value
) async throws(LockStoreError) -> Value {
    do {
        return try await call()
    } catch {
        throw LockStoreError(error)
    }
}
