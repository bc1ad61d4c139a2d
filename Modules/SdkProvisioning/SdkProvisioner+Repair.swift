import AppRegistry
public import LogModel

/// What a repair of an app found.
public struct RepairReport: Sendable, Hashable {
    /// What the memory knew and the file store had not any more; it is there again.
    public let repaired: Set<ProvisionedPart>
    /// How many storage tokens are in the app's group.
    public let members: Int
    /// How many of them had to be put into it again.
    public let restoredMembers: Int
    /// How many client tokens have no storage token any more; their next init makes it.
    public let withoutStorageToken: Int
    /// Whether the app was provisioned at all; before the first init there is nothing to look at.
    public let wasProvisioned: Bool
}

extension SdkProvisioner {
    /// Looks now at everything that lets an app's SDKs write, and puts back what the file store has lost.
    ///
    /// Nobody's trust in earlier looks counts: each of the app's tokens that init has enrolled is looked at.
    /// - Returns: what was found.
    /// - Throws: ``StorageError``, ``ProvisioningStoreError`` or ``RegistryStoreError``.
    public func repair(_ app: AppID) async throws -> RepairReport {
        try await lanes.inLane(app) { try await repairInLane(app) }
    }

    private func repairInLane(_ app: AppID) async throws -> RepairReport {
        guard try await memory.grant(for: app) != nil else {
            return RepairReport(
                repaired: [], members: 0, restoredMembers: 0, withoutStorageToken: 0, wasProvisioned: false)
        }
        var lost: Set<ProvisionedPart> = []
        let grant = try await ensureGrant(for: app, &lost)
        // A process that was killed between making a group and removing it leaves a twin.
        let groups = try await storage.groups(named: SdkProvisioner.groupName(of: app))
        if try await removeTwins(of: grant.group, among: groups) { lost.insert(.twin) }
        var found: [Membership: Int] = [:]
        for token in try await enrolledTokens(of: app) {
            found[try await restoreMembership(of: token, in: grant.group), default: 0] += 1
        }
        let restored = found[.restored, default: 0]
        if restored > 0 { lost.insert(.membership) }
        tell(of: lost, app)
        return RepairReport(
            repaired: lost, members: found[.kept, default: 0] + restored, restoredMembers: restored,
            withoutStorageToken: found[.noToken, default: 0], wasProvisioned: true)
    }

    private func enrolledTokens(of app: AppID) async throws -> [TokenID] {
        var enrolled: [TokenID] = []
        var last: TokenID?
        while true {
            let page = try await tokens.tokens(of: app, after: last, limit: 100)
            for token in page where token.revokedAt == nil && !hasEnded(token.expiresAt) {
                if try await memory.isEnrolled(token.id) { enrolled.append(token.id) }
            }
            guard page.count == 100 else { return enrolled }
            last = page.last?.id
        }
    }

    private enum Membership { case kept, restored, noToken }

    private func restoreMembership(of owner: TokenID, in group: StorageGroupID) async throws -> Membership {
        // The credential is not handed out; its holder is what is asked about.
        guard let holder = try await storage.credential(for: owner)?.holder else {
            try await memory.setEnrolled(false, owner)
            return .noToken
        }
        if try await storage.isMember(holder, of: group) { return .kept }
        try await storage.assign(group, to: owner)
        return .restored
    }

    private func hasEnded(_ end: Timestamp?) -> Bool { end.map { $0 <= clock.now() } ?? false }
}
