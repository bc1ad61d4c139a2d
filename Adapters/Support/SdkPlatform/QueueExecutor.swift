import Dispatch

/// A serial queue on which an actor runs, so that its blocking calls hold up nobody else's.
public final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// A queue of its own.
    public init(label: String) { queue = DispatchQueue(label: label) }

    /// Runs a job on the queue.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
