import BlockingExecutor
public import CoreMetrics

/// Figures of what is asked of the service over HTTP.
public struct ServerMetrics: Sendable {
    private struct Endpoint: Hashable, Sendable {
        let route: String
        let method: String
        let status: String
    }

    private struct Handles: Sendable {
        let requests: Counter
        let duration: Timer
        let bytes: Counter
    }

    private let factory: any MetricsFactory
    private let endpoints = Locked<[Endpoint: Handles]>([:])
    private let problems: [String: Counter]
    private let inits: [String: Counter]
    private let initDuration: Timer

    /// Makes the handles.
    /// - Parameters:
    ///   - factory: what keeps the figures.
    ///   - problemCodes: the codes of all problems there are.
    ///   - initOutcomes: all that can come of an init.
    public init(_ factory: any MetricsFactory, problemCodes: [String], initOutcomes: [String]) {
        self.factory = factory
        problems = Dictionary(
            uniqueKeysWithValues: problemCodes.map {
                ($0, ServiceMetric.httpProblems.counter(factory, [("code", $0)]))
            })
        inits = Dictionary(
            uniqueKeysWithValues: initOutcomes.map {
                ($0, ServiceMetric.sdkInits.counter(factory, [("outcome", $0)]))
            })
        initDuration = ServiceMetric.sdkInitDuration.timer(factory)
    }

    /// Notes an answer.
    /// - Parameters:
    ///   - route: the template of the path, never the path itself.
    ///   - method: the method; those that nobody knows count as one.
    ///   - status: the status code.
    ///   - problem: the code of the problem that it was, if it was one.
    ///   - duration: how long it took.
    ///   - bytes: how many bytes its body has.
    public func answered(
        route: String, method: String, status: Int, problem: String?, after duration: Duration, bytes: Int
    ) {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(method)
        let endpoint = Endpoint(route: route, method: known ? method : "other", status: "\(status / 100)xx")
        let handles = endpoints.withLock { endpoints in
            if let handles = endpoints[endpoint] { return handles }
            let labels = [("route", endpoint.route), ("method", endpoint.method)]
            let handles = Handles(
                requests: ServiceMetric.httpRequests.counter(factory, labels + [("status", endpoint.status)]),
                duration: ServiceMetric.httpRequestDuration.timer(factory, labels),
                bytes: ServiceMetric.httpResponseBytes.counter(factory, [("route", endpoint.route)]))
            endpoints[endpoint] = handles
            return handles
        }
        handles.requests.increment()
        handles.duration.record(duration)
        handles.bytes.increment(by: bytes)
        if let problem { problems[problem]?.increment() }
    }

    /// Notes an init; `duration` is `nil` when it was turned away before anything was done.
    public func initEnded(_ outcome: String, after duration: Duration?) {
        inits[outcome]?.increment()
        if let duration { initDuration.record(duration) }
    }
}
