public import LogModel

/// A part of what lets an SDK write.
public enum ProvisionedPart: String, Sendable, Hashable, CaseIterable {
    /// The app's folder.
    case folder
    /// The app's permission group.
    case group
    /// The group's right to write in the folder.
    case right
    /// The storage token of a client token.
    case token
    /// That the storage token is in the group.
    case membership
    /// A second group of the app's name, which was removed.
    case twin
}

/// What happened while SDKs were provisioned.
public enum ProvisioningEvent: Sendable, Hashable {
    /// Parts that were provisioned before were not there any more and have been made again, or a twin was removed.
    case repaired(AppID, Set<ProvisionedPart>)
}
