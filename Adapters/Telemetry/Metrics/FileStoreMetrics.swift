import BlockingExecutor
public import CoreMetrics

/// Figures of our own file store.
public struct FileStoreMetrics: Sendable {
    private struct Handles: Sendable {
        let requests: Counter
        let duration: Timer
    }

    private struct Request: Hashable, Sendable {
        let operation: String
        let outcome: String
    }

    private let factory: any MetricsFactory
    private let requests = Locked<[Request: Handles]>([:])
    private let received: [String: Counter]
    private let refused: [String: Counter]
    private let synchronized: Timer
    private let stored: Meter
    private let quota: Meter
    private let free: Meter
    private let fullestApp: Meter

    /// Makes the handles.
    /// - Parameters:
    ///   - factory: what keeps the figures.
    ///   - uploads: the operations that bring bytes.
    ///   - limits: the limits that an upload can reach.
    public init(_ factory: any MetricsFactory, uploads: [String], limits: [String]) {
        self.factory = factory
        received = Dictionary(
            uniqueKeysWithValues: uploads.map {
                ($0, ServiceMetric.filesReceivedBytes.counter(factory, [("operation", $0)]))
            })
        refused = Dictionary(
            uniqueKeysWithValues: limits.map { ($0, ServiceMetric.filesRefused.counter(factory, [("limit", $0)])) })
        synchronized = ServiceMetric.filesSyncDuration.timer(factory)
        stored = ServiceMetric.filesStoredBytes.gauge(factory)
        quota = ServiceMetric.filesQuotaBytes.gauge(factory)
        free = ServiceMetric.filesFreeBytes.gauge(factory)
        fullestApp = ServiceMetric.filesFullestApp.gauge(factory)
    }

    /// Records a request.
    /// - Parameters:
    ///   - operation: one word of a closed set.
    ///   - outcome: one word of a closed set.
    ///   - duration: the time until the answer began.
    public func requestEnded(_ operation: String, _ outcome: String, after duration: Duration) {
        let request = Request(operation: operation, outcome: outcome)
        let handles = requests.withLock { requests in
            if let known = requests[request] { return known }
            let made = Handles(
                requests: ServiceMetric.filesRequests.counter(
                    factory, [("operation", operation), ("outcome", outcome)]),
                duration: ServiceMetric.filesRequestDuration.timer(factory, [("operation", operation)]))
            requests[request] = made
            return made
        }
        handles.requests.increment()
        handles.duration.record(duration)
    }

    /// Records the bytes of an upload that was taken.
    public func received(_ count: Int64, by operation: String) { received[operation]?.increment(by: count) }

    /// Records how long an upload waited for the disk.
    public func synchronized(after duration: Duration) { synchronized.record(duration) }

    /// Records an upload that was refused since a limit was reached.
    public func refused(by limit: String) { refused[limit]?.increment() }

    /// Shows how full the store is.
    /// - Parameters:
    ///   - bytes: what is stored.
    ///   - limit: what may be stored.
    ///   - room: what the disk has left.
    ///   - share: the largest share that an app has used of its quota.
    public func show(bytes: Int64, of limit: Int64, free room: Int64, fullestApp share: Double) {
        stored.set(Double(bytes))
        quota.set(Double(limit))
        free.set(Double(room))
        fullestApp.set(share)
    }
}
