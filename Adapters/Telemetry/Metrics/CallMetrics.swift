public import CallLedger
public import CoreMetrics

/// How long the oldest call to each backend has lasted.
public struct CallMetrics: Sendable {
    private let oldest: [Backend: Meter]

    /// Makes the handles.
    public init(_ factory: any MetricsFactory) {
        oldest = Dictionary(
            uniqueKeysWithValues: Backend.allCases.map {
                ($0, ServiceMetric.oldestCall.gauge(factory, [("backend", $0.rawValue)]))
            })
    }

    /// Looks at the ledger anew; before each scrape.
    public func refresh(from ledger: CallLedger) {
        let found = ledger.oldest
        for (backend, gauge) in oldest { gauge.set((found[backend] ?? .zero) / .seconds(1)) }
    }
}
