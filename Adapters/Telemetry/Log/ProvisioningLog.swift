public import Logging
public import SdkProvisioning

/// Turns what happens while SDKs are provisioned into log entries.
public struct ProvisioningLog: ProvisioningObserver {
    private let logger: Logger

    /// Logs to a logger.
    public init(_ logger: Logger) { self.logger = logger }

    /// Logs an event.
    public func observe(_ event: ProvisioningEvent) {
        switch event {
        case .repaired(let app, let parts):
            logger.warning(
                "the file store had lost what lets an app write; it is there again",
                metadata: ["app": "\(app)", "parts": "\(parts.map(\.rawValue).sorted().joined(separator: " "))"])
        }
    }
}
