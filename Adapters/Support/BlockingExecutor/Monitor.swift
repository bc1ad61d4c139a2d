internal import Glibc

/// A locked value that threads can wait on: a mutex and a condition variable together.
@safe final class Monitor<State: Sendable>: @unchecked Sendable {
    // @unchecked: mutex and condition have fixed addresses and are made for use by many threads; `state` is read and
    // written with the mutex held alone.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let state: UnsafeMutablePointer<State>

    init(_ state: State) {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition = .allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe self.state = .allocate(capacity: 1)
        unsafe self.state.initialize(to: state)
        let mutexCode = unsafe pthread_mutex_init(mutex, nil)
        precondition(mutexCode == 0, "a mutex cannot be made: error \(mutexCode)")
        let conditionCode = unsafe pthread_cond_init(condition, nil)
        precondition(conditionCode == 0, "a condition variable cannot be made: error \(conditionCode)")
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deinitialize(count: 1)
        unsafe condition.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deinitialize(count: 1)
        unsafe mutex.deallocate()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Which threads a change is for.
    enum Waking {
        /// It is nothing that a thread waits for.
        case nobody
        /// Any one of those that wait; they all wait for the same.
        case one
        /// All that wait.
        case all
    }

    /// Changes the state and wakes threads that wait for a change.
    ///
    /// They are woken when the lock is free again, or they would wait for it at once; by then what was put in may already
    /// be done, so the caller must keep the monitor itself until this returns.
    func change<Result>(waking: Waking = .all, _ body: (inout State) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        let result = unsafe body(&state.pointee)
        unsafe pthread_mutex_unlock(mutex)
        switch waking {
        case .nobody: break
        case .one: unsafe pthread_cond_signal(condition)
        case .all: unsafe pthread_cond_broadcast(condition)
        }
        return result
    }

    /// Blocks the calling thread until `attempt` finds what it looks for in the state.
    ///
    /// Each attempt is an access of its own. One that lasted over the wait would be a promise that nobody else changes
    /// the state meanwhile, and an optimised build would look once and wait for ever.
    func wait<Result>(for attempt: (inout State) -> Result?) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = unsafe attempt(&state.pointee) { return result }
            unsafe pthread_cond_wait(condition, mutex)
        }
    }
}
