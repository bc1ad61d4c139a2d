internal import Glibc

/// A serial executor that is one thread of the operating system.
///
/// An actor around a library that blocks names it as its `unownedExecutor`: its calls then block that thread, never
/// the pool that all tasks share. The thread ends after ``stop()``, or when the executor is let go.
public final class DedicatedThread: SerialExecutor {
    private let name: String
    private let mailbox = Monitor(Mailbox())

    /// Starts the thread, and ends the process when the system has none left; the first 15 bytes of `name` are what `top -H`
    /// shows.
    public init(name: String) {
        self.name = name
        let isStarted = start()
        precondition(isStarted, "a thread cannot be started: the system has none left for this process")
    }

    /// Starts the thread if the system has one.
    /// - Throws: ``NoThread`` when it has none left for this process.
    public init(trying name: String) throws(NoThread) {
        self.name = name
        guard start() else { throw NoThread() }
    }

    /// The system has no thread left for this process.
    public struct NoThread: Error, CustomStringConvertible {
        /// For people.
        public let description = "the system has no thread left for this process"
    }

    deinit { stop() }

    /// Queues a job; jobs run in the order in which they come.
    ///
    /// A call that comes to an actor after its thread was stopped is still run, on a thread that ends after it.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Once the job is in, it may run and let the actor and this executor go, before the lock is given back.
        let needsThread = withExtendedLifetime(mailbox) { $0.change { $0.put(job) } }
        guard needsThread else { return }
        let isStarted = start()
        precondition(isStarted, "a thread cannot be started: the system has none left for this process")
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
        mailbox.wait { state in
            switch state.thread {
            case .starting: nil
            case .running(let thread): pthread_equal(thread, pthread_self()) != 0
            case .ended: false
            }
        }
    }

    private func start() -> Bool {
        let executor = unsafe UnownedSerialExecutor(ordinary: self)
        let mailbox = self.mailbox
        // The thread holds the mailbox and not the executor, so letting the executor go ends the thread.
        return HostThread.startIfPossible(name: name) {
            mailbox.change { $0.thread = .running(pthread_self()) }
            while let jobs = mailbox.wait(for: { $0.take() }).jobs {
                for job in jobs { unsafe job.runSynchronously(on: executor) }
            }
        }
    }

    /// Jobs that wait for the thread, and what the thread is doing.
    private struct Mailbox {
        enum Thread { case starting, running(pthread_t), ended }
        struct Batch { let jobs: [UnownedJob]? }

        var thread = Thread.starting
        var isStopped = false
        private var jobs: [UnownedJob] = []

        /// Adds a job, and tells whether there is no thread any more to run it.
        mutating func put(_ job: UnownedJob) -> Bool {
            jobs.append(job)
            guard case .ended = thread else { return false }
            thread = .starting
            return true
        }

        /// All jobs that wait; a batch without jobs when the thread shall end; `nil` to wait.
        mutating func take() -> Batch? {
            guard jobs.isEmpty else {
                defer { jobs = [] }
                return Batch(jobs: jobs)
            }
            guard isStopped else { return nil }
            thread = .ended
            return Batch(jobs: nil)
        }
    }
}
