public import CoreMetrics
public import SdkProvisioning

/// Turns what happens while SDKs are provisioned into figures.
public struct ProvisioningMetrics: ProvisioningObserver {
    private let repairs: [ProvisionedPart: Counter]

    /// Makes the handles.
    public init(_ factory: any MetricsFactory) {
        repairs = ServiceMetric.sdkRepairs.counters(factory, by: "part", ProvisionedPart.allCases)
    }

    /// Notes an event.
    public func observe(_ event: ProvisioningEvent) {
        switch event {
        case .repaired(_, let parts): for part in parts { repairs[part]?.increment() }
        }
    }
}
