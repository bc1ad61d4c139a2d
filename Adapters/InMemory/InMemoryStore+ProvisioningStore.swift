public import LogModel
public import SdkProvisioning
import StoreSupport

extension InMemoryStore: ProvisioningStore {
    /// What is known to exist for an app.
    public func grant(for app: AppID) -> AppGrant? { grants[app] }

    /// Keeps a grant in place of the one that the caller knows.
    public func replaceGrant(_ known: AppGrant?, with grant: AppGrant, for app: AppID) -> AppGrant {
        if let kept = grants[app], kept != known { return kept }
        grants[app] = grant
        return grant
    }

    /// Whether a token's storage token is known to be in its group.
    public func isEnrolled(_ token: TokenID) -> Bool { enrolled.contains(token) }

    /// Remembers whether a token's storage token is in its group.
    public func setEnrolled(_ isMember: Bool, _ token: TokenID) {
        if isMember { enrolled.insert(token) } else { enrolled.remove(token) }
    }

    /// The prefix kept for a token and an instance, or else the candidate.
    public func filePrefix(
        of token: TokenID, instance: String, else candidate: FilePrefix, at moment: Timestamp
    ) throws(StoreError) -> FilePrefix {
        let owner = PrefixOwner(token: token, instance: instance)
        if let known = prefixes[owner] { return known }
        guard prefixOwners[candidate] == nil else { throw StoreError.takenPrefix(candidate) }
        prefixes[owner] = candidate
        prefixOwners[candidate] = owner
        return candidate
    }

    /// Who was given a prefix.
    public func owner(of prefix: FilePrefix) -> PrefixOwner? { prefixOwners[prefix] }
}
