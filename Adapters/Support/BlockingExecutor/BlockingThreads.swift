/// A few threads of the operating system on which closures may block, so that the pool that all tasks share does not.
///
/// Callers wait in a queue of limited length. Cancelling a caller takes its closure out of the queue; a closure that
/// has begun is always waited for, since nothing can undo a system call.
public final class BlockingThreads: Sendable {
    private let queue: Monitor<Queue>

    /// Starts the threads.
    /// - Parameters:
    ///   - name: of which the first 11 bytes or so show in `top -H`, before the thread's number.
    ///   - count: how many closures run at the same time.
    ///   - queueLimit: how many more may wait.
    ///   - niceness: how much the threads give way to others, see ``HostThread``.
    public init(name: String, count: Int, queueLimit: Int = 1024, niceness: Int = 0) {
        precondition(count > 0 && queueLimit >= 0, "blocking threads need at least one thread")
        let queue = Monitor(Queue(limit: queueLimit, idle: count))
        self.queue = queue
        for number in 1...count {
            // The threads hold the queue and not this object, so letting it go ends them.
            HostThread.start(name: "\(name)-\(number)", niceness: niceness) {
                while let entry = queue.wait(for: { $0.next() }).entry {
                    entry.perform()
                    queue.change(waking: .nobody) { $0.idle += 1 }
                }
            }
        }
    }

    deinit { stop() }

    /// Runs `body` on one of the threads and waits for what it returns.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; `CancellationError` when the caller was cancelled before `body` began;
    ///   ``BlockingThreadsError`` when the queue is full or the threads were stopped.
    public func run<Value: Sendable>(_ body: @Sendable @escaping () throws -> Value) async throws -> Value {
        let ticket = queue.change(waking: .nobody) { $0.issueTicket() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Value, any Error>) in
                let entry = Entry(
                    ticket: ticket,
                    perform: { caller.resume(with: Result { try body() }) },
                    abandon: { caller.resume(throwing: $0) })
                if let refusal = queue.change(waking: .one, { $0.add(entry) }) { return entry.abandon(refusal) }
                // The handler below may have come before there was anything to cancel.
                if Task.isCancelled { cancel(ticket) }
            }
        } onCancel: {
            cancel(ticket)
        }
    }

    /// Has `body` run on one of the threads, without waiting for it.
    /// - Throws: ``BlockingThreadsError`` when the queue is full or the threads were stopped; `body` is not run then.
    public func begin(_ body: @Sendable @escaping () -> Void) throws(BlockingThreadsError) {
        let refusal = queue.change(waking: .one) { queue in
            queue.add(Entry(ticket: queue.issueTicket(), perform: body, abandon: { _ in }))
        }
        if let refusal { throw refusal }
    }

    /// Refuses what waits and what comes later, and ends the threads once they are through with what they run.
    public func stop() {
        for entry in queue.change({ $0.close() }) { entry.abandon(BlockingThreadsError.stopped) }
    }

    private func cancel(_ ticket: UInt64) {
        queue.change(waking: .nobody) { $0.remove(ticket) }?.abandon(CancellationError())
    }

    /// One caller's closure.
    private struct Entry {
        let ticket: UInt64
        let perform: @Sendable () -> Void
        let abandon: @Sendable (any Error) -> Void
    }

    /// Closures that no thread has taken yet, oldest first.
    private struct Queue {
        struct Turn { let entry: Entry? }

        let limit: Int
        var idle: Int
        private var entries: [Entry] = []
        private var lastTicket: UInt64 = 0
        private var isClosed = false

        init(limit: Int, idle: Int) {
            self.limit = limit
            self.idle = idle
        }

        mutating func issueTicket() -> UInt64 {
            lastTicket += 1
            return lastTicket
        }

        /// Why the entry cannot be taken in, or `nil` when it was.
        mutating func add(_ entry: Entry) -> BlockingThreadsError? {
            guard !isClosed else { return .stopped }
            guard entries.count < limit + idle else { return .queueFull }
            entries.append(entry)
            return nil
        }

        /// The oldest entry; a turn without one when there will never be one again; `nil` to wait.
        mutating func next() -> Turn? {
            guard !entries.isEmpty else { return isClosed ? Turn(entry: nil) : nil }
            idle -= 1
            return Turn(entry: entries.removeFirst())
        }

        mutating func remove(_ ticket: UInt64) -> Entry? {
            entries.firstIndex { $0.ticket == ticket }.map { entries.remove(at: $0) }
        }

        mutating func close() -> [Entry] {
            isClosed = true
            defer { entries = [] }
            return entries
        }
    }
}
