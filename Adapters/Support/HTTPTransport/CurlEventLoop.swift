import BlockingExecutor
import CCurl
import Glibc

/// The thread that owns one curl multi handle, offered to Swift as a serial executor.
///
/// It sleeps in `curl_multi_poll` until a socket, a timer of curl or another thread wakes it; `curl_multi_wakeup` is
/// the one multi call that curl allows from other threads. What is isolated to ``CurlTransport`` runs between two
/// polls and may therefore use the multi handle and its easy handles freely.
@safe final class CurlEventLoop: SerialExecutor {
    /// What other threads leave for the loop.
    enum Order: Sendable {
        /// End a transfer; whoever waits for it hears of a cancellation.
        case cancel(UInt64)
        /// End a transfer that nobody can ask for any more.
        case drop(UInt64)
    }

    // Touched on the loop's thread alone, save for the wake-up call and the clean-up after that thread's end.
    nonisolated(unsafe) let multi: UnsafeMutableRawPointer
    private let inbox = Locked(Inbox())

    init(connectionsPerHost: Int, connectionsInAll: Int) {
        // Once per process, before the first handle; curl takes care of further calls by itself.
        curl_global_init(Int(LOGFERRY_GLOBAL_DEFAULT))
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("no memory for a curl multi handle") }
        unsafe self.multi = multi
        unsafe logferry_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
        unsafe logferry_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connectionsInAll)
        unsafe logferry_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionsInAll)
    }

    // The thread holds the loop until it ends, so nothing runs here any more.
    deinit { unsafe curl_multi_cleanup(multi) }

    /// Starts the thread; `drive` is called on it around every poll with the orders that came, and says how many
    /// milliseconds the next poll may last.
    func start(name: String, driving drive: @escaping @Sendable ([Order]) -> Int32) {
        HostThread.start(name: name) { self.run(driving: drive) }
    }

    /// Ends the thread once it has run the jobs that it has.
    func stop() {
        leave { $0.isStopped = true }
    }

    /// Leaves an order, from any thread.
    func post(_ order: Order) {
        leave { $0.orders.append(order) }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        leave { $0.jobs.append(job) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }

    func checkIsolated() { precondition(isCurrent, "not on the thread of the curl loop") }

    func isIsolatingCurrentContext() -> Bool? { isCurrent }

    private var isCurrent: Bool {
        let here = pthread_self()
        return inbox.withLock { $0.thread.map { pthread_equal($0, here) != 0 } ?? false }
    }

    /// Leaves something in the inbox and wakes the thread, both under the lock.
    ///
    /// The job that is left may be the transport's end. Nothing of the loop is touched after the lock is open again,
    /// since the thread may then have run that job and freed it all.
    private func leave(_ change: (inout Inbox) -> Void) {
        inbox.withLock { inbox in
            change(&inbox)
            _ = unsafe curl_multi_wakeup(multi)
        }
    }

    private func run(driving drive: ([Order]) -> Int32) {
        let here = pthread_self()
        inbox.withLock { $0.thread = here }
        while true {
            let jobs = inbox.withLock { $0.takeJobs() }
            for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
            let (orders, isStopped) = inbox.withLock { ($0.takeOrders(), $0.isStopped) }
            if isStopped { return }
            let patience = drive(orders)
            unsafe curl_multi_poll(multi, nil, 0, patience, nil)
        }
    }

    /// What waits for the thread.
    private struct Inbox {
        var thread: pthread_t?
        var isStopped = false
        var jobs: [UnownedJob] = []
        var orders: [Order] = []

        mutating func takeJobs() -> [UnownedJob] {
            defer { jobs = [] }
            return jobs
        }

        mutating func takeOrders() -> [Order] {
            defer { orders = [] }
            return orders
        }
    }
}
