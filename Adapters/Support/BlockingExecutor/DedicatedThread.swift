internal import Glibc

/// A serial executor that is one thread of the operating system.
///
/// An actor around a library that blocks names it as its `unownedExecutor`: its calls then block that thread, never
/// the pool that all tasks share. The thread ends after ``stop()``, or when the executor is let go.
public final class DedicatedThread: SerialExecutor {
    private let mailbox = Monitor(Mailbox())

    /// Starts the thread; the first 15 bytes of `name` are what `top -H` shows.
    public init(name: String) {
        let executor = unsafe UnownedSerialExecutor(ordinary: self)
        let mailbox = self.mailbox
        // The thread holds the mailbox and not the executor, so letting the executor go ends the thread.
        HostThread.start(name: name) {
            mailbox.change { $0.thread = pthread_self() }
            while let jobs = mailbox.wait(for: { $0.take() }).jobs {
                for job in jobs { unsafe job.runSynchronously(on: executor) }
            }
        }
    }

    deinit { stop() }

    /// Queues a job; jobs run in the order in which they come.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isOpen = mailbox.change { $0.put(job) }
        precondition(isOpen, "a job came for a thread that was stopped")
    }

    /// The executor as actors name it; the actor must keep the thread itself as well.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    /// Traps unless the caller is on the thread, for `assumeIsolated`.
    public func checkIsolated() {
        precondition(isCurrent, "not on the thread of this executor")
    }

    /// Whether the caller is on the thread.
    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// Lets the thread finish the jobs that it has, and end.
    ///
    /// May be called from any thread, and more than once.
    public func stop() {
        mailbox.change { $0.isStopped = true }
    }

    private var isCurrent: Bool {
        let thread = mailbox.wait { state -> Mailbox.Owner? in state.thread.map { Mailbox.Owner(thread: $0) } }.thread
        return pthread_equal(thread, pthread_self()) != 0
    }

    /// Jobs that wait for the thread.
    private struct Mailbox {
        struct Batch { let jobs: [UnownedJob]? }
        struct Owner { let thread: pthread_t }

        var thread: pthread_t?
        var isStopped = false
        private var jobs: [UnownedJob] = []

        mutating func put(_ job: UnownedJob) -> Bool {
            guard !isStopped else { return false }
            jobs.append(job)
            return true
        }

        /// All jobs that wait; a batch without jobs when there will never be one again; `nil` to wait.
        mutating func take() -> Batch? {
            guard !jobs.isEmpty else { return isStopped ? Batch(jobs: nil) : nil }
            defer { jobs = [] }
            return Batch(jobs: jobs)
        }
    }
}
