internal import Glibc

/// A value behind a `pthread_mutex_t`.
///
/// `Synchronization.Mutex` would do the same work, but the thread sanitizer does not see its futex and reports races
/// that are not there.
@safe public final class Locked<Value: Sendable>: @unchecked Sendable {
    // @unchecked: `value` is touched between lock and unlock of `mutex` only, and `mutex` has a fixed address.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    /// Puts a value behind a new lock.
    public init(_ value: Value) {
        self.value = value
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        let code = unsafe pthread_mutex_init(mutex, nil)
        precondition(code == 0, "a mutex cannot be made: error \(code)")
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deinitialize(count: 1)
        unsafe mutex.deallocate()
    }

    /// Lends the value to `body` while no other thread has it; `body` must not ask for the same lock again.
    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
