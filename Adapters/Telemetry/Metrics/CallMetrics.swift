public import CallLedger
public import CoreMetrics

/// How long the oldest call to each backend has lasted, and how long calls to it have been late.
public struct CallMetrics: Sendable {
    private let oldest: [Backend: Meter]
    private let late: [Backend: Meter]

    /// Makes the handles.
    public init(_ factory: any MetricsFactory) {
        func gauges(_ metric: ServiceMetric) -> [Backend: Meter] {
            Dictionary(
                uniqueKeysWithValues: Backend.allCases.map {
                    ($0, metric.gauge(factory, [("backend", $0.rawValue)]))
                })
        }
        oldest = gauges(.oldestCall)
        late = gauges(.lateCalls)
    }

    /// Looks at the ledger anew; before each scrape.
    public func refresh(from ledger: CallLedger) {
        let found = ledger.oldest
        for (backend, gauge) in oldest { gauge.set((found[backend] ?? .zero) / .seconds(1)) }
        let lateness = ledger.lateness
        for (backend, gauge) in late { gauge.set((lateness[backend] ?? .zero) / .seconds(1)) }
    }
}
