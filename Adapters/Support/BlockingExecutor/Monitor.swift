internal import Glibc

/// A locked value that threads can wait on: `pthread_mutex_t` and `pthread_cond_t` together.
@safe final class Monitor<State: Sendable>: @unchecked Sendable {
    // @unchecked: `condition` has a fixed address and is made for use by many threads; the state is `Locked`.
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let state: Locked<State>

    init(_ state: State) {
        self.state = Locked(state)
        unsafe condition = .allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        let code = unsafe pthread_cond_init(condition, nil)
        precondition(code == 0, "a condition variable cannot be made: error \(code)")
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deinitialize(count: 1)
        unsafe condition.deallocate()
    }

    /// Changes the state and wakes every thread that waits for a change.
    func change<Result>(_ body: (inout State) -> Result) -> Result {
        unsafe state.withLockedMutex { state, _ in
            let result = body(&state)
            // Under the lock: once it is free, what was put in may already be done, and the monitor let go.
            unsafe pthread_cond_broadcast(condition)
            return result
        }
    }

    /// Blocks the calling thread until `attempt` finds what it looks for in the state.
    func wait<Result>(for attempt: (inout State) -> Result?) -> Result {
        unsafe state.withLockedMutex { state, mutex in
            while true {
                if let result = attempt(&state) { return result }
                unsafe pthread_cond_wait(condition, mutex)
            }
        }
    }
}
