public import LogModel

/// A part of what an SDK needs to write.
public enum ProvisionedPart: String, Sendable, Hashable, CaseIterable {
    /// The app's folder.
    case folder
    /// The app's permission group.
    case group
    /// The group's right to write in the folder.
    case right
    /// The storage token of a client token.
    case token
    /// The membership of the storage token in the group.
    case membership
    /// A second group of the app's name, which was removed.
    case twin
}

/// An event of the provisioning of SDKs.
public enum ProvisioningEvent: Sendable, Hashable {
    /// Provisioned parts were missing and have been made again, or a twin was removed.
    case repaired(AppID, Set<ProvisionedPart>)
}
