/// A few threads of a low priority, on which tasks go on that take long.
///
/// A task that prefers them, see `withTaskExecutorPreference`, keeps its work off the pool that all tasks share, and the
/// system lets whatever else wants the processors go first. Where nothing does, they are as fast as any.
public final class BackgroundThreads: TaskExecutor {
    /// How much the threads give way, as `nice` counts it: of a processor that two threads want, one of them gets about a
    /// tenth.
    public static let niceness = 10

    private let queue = Monitor(Queue())

    /// Starts the threads.
    /// - Parameters:
    ///   - name: of which the first 11 bytes or so show in `top -H`, before the thread's number.
    ///   - count: how many there are.
    public init(name: String, count: Int) {
        precondition(count > 0, "background threads are at least one")
        let executor = unsafe UnownedTaskExecutor(ordinary: self)
        let queue = queue
        for number in 1...count {
            // The threads hold the queue and not this object, so letting it go ends them; a task that has jobs here holds it.
            HostThread.start(name: "\(name)-\(number)", niceness: BackgroundThreads.niceness) {
                while let job = queue.wait(for: { $0.next() }).job { unsafe job.runSynchronously(on: executor) }
            }
        }
    }

    deinit { queue.change { $0.isClosed = true } }

    /// Queues a job; jobs begin in the order in which they come.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Once the job is in, it may run and let this executor go, before the lock is given back.
        withExtendedLifetime(queue) { $0.change(waking: .one) { $0.jobs.append(job) } }
    }

    private struct Queue {
        struct Turn { let job: UnownedJob? }

        var jobs: [UnownedJob] = []
        var isClosed = false

        /// The oldest job; a turn without one when there will never be one again; `nil` to wait.
        mutating func next() -> Turn? {
            guard jobs.isEmpty else { return Turn(job: jobs.removeFirst()) }
            return isClosed ? Turn(job: nil) : nil
        }
    }
}
