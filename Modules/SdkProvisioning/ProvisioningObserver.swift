/// Receives events of the provisioning of SDKs.
public protocol ProvisioningObserver: Sendable {
    /// Receives an event; must not block.
    func observe(_ event: ProvisioningEvent)
}
