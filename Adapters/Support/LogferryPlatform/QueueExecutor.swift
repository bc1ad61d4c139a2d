import Dispatch

/// A serial queue on which an actor runs, so that its blocking calls hold up nobody else's.
package final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// A queue of its own.
    package init(label: String) { queue = DispatchQueue(label: label) }

    #if canImport(Darwin)
        // `ExecutorJob` came with macOS 14 and iOS 17; this package runs on the systems before them, too.
        /// Runs a job on the queue.
        package func enqueue(_ job: UnownedJob) { run(job) }
    #else
        /// Runs a job on the queue.
        package func enqueue(_ job: consuming ExecutorJob) { run(UnownedJob(job)) }
    #endif

    private func run(_ job: UnownedJob) {
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
