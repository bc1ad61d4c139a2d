public import CoreMetrics

/// Shows whether work goes on without locks.
public struct FenceOnlyMetric: Sendable {
    private let gauge: Meter

    /// Makes the gauge, at 0.
    public init(_ factory: any MetricsFactory) {
        gauge = ServiceMetric.lockFenceOnly.gauge(factory)
        gauge.set(0)
    }

    /// Sets it: 1 while work goes on without locks.
    public func set(_ isOn: Bool) { gauge.set(isOn ? 1 : 0) }
}
