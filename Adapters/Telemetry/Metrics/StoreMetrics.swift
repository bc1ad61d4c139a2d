public import CoreMetrics

/// Counts calls to the store that were given up without an answer.
public struct StoreMetrics: Sendable {
    private let givenUp: [String: Counter]

    /// Makes the handles.
    /// - Parameters:
    ///   - factory: what keeps the figures.
    ///   - backend: the kind of the store.
    ///   - reasons: why a call can be given up, one word each.
    public init(_ factory: any MetricsFactory, backend: String, reasons: [String]) {
        givenUp = Dictionary(
            uniqueKeysWithValues: reasons.map {
                ($0, ServiceMetric.storeCallsGivenUp.counter(factory, [("backend", backend), ("reason", $0)]))
            })
    }

    /// Notes a call that was given up.
    public func callGivenUp(for reason: String) { givenUp[reason]?.increment() }
}
