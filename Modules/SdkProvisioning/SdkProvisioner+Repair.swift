import AppRegistry
public import LogModel

/// What a repair of an app found.
public struct RepairReport: Sendable, Hashable {
    /// What the memory knew and the file store had not any more; it is there again.
    public private(set) var repaired: Set<ProvisionedPart>
    /// How many storage tokens are in the app's group.
    public private(set) var members: Int
    /// How many of them had to be put into it again.
    public private(set) var restoredMembers: Int
    /// How many client tokens have no storage token any more; their next init makes it.
    public private(set) var withoutStorageToken: Int
    /// Whether the app was provisioned at all; before the first init there is nothing to look at.
    public let wasProvisioned: Bool
    /// The last client token that was looked at, when more may follow; `nil` at the end.
    public private(set) var next: TokenID?

    /// The report of this step and of the one after it together.
    public func joined(with later: RepairReport) -> RepairReport {
        var joined = self
        joined.repaired.formUnion(later.repaired)
        joined.members += later.members
        joined.restoredMembers += later.restoredMembers
        joined.withoutStorageToken += later.withoutStorageToken
        joined.next = later.next
        return joined
    }

    fileprivate init(repaired: Set<ProvisionedPart> = [], wasProvisioned: Bool) {
        self.repaired = repaired
        self.wasProvisioned = wasProvisioned
        (members, restoredMembers, withoutStorageToken) = (0, 0, 0)
    }

    fileprivate mutating func note(_ membership: SdkProvisioner.Membership) {
        switch membership {
        case .kept: members += 1
        case .restored:
            members += 1
            restoredMembers += 1
            repaired.insert(.membership)
        case .noToken: withoutStorageToken += 1
        }
    }

    fileprivate mutating func goOn(behind last: TokenID?) { next = last }
}

extension SdkProvisioner {
    /// How long one step of a repair goes on; a token that it has begun is looked at to the end.
    public static let repairTime: Duration = .seconds(10)
    /// How many client tokens one step of a repair looks at, at most.
    public static let repairTokens = 1000

    /// Looks now at what lets an app's SDKs write, and puts back what the file store has lost.
    ///
    /// No trust in earlier looks counts. A step looks at the folder, the group and its right, then at the app's tokens that
    /// init has enrolled, until its time is over; ``RepairReport/next`` says where the next step goes on. Inits of the
    /// app wait while the grant is looked at, and not while the tokens are. The grant and each token may take as long as an
    /// init may.
    /// - Parameters:
    ///   - app: the app.
    ///   - last: the client token behind which to go on; `nil` to begin.
    /// - Returns: what was found in this step.
    /// - Throws: ``StorageError``, ``StoreError``, ``StoreError``, or `CancellationError` when the
    ///   task is cancelled; what was put back until then stays.
    public func repair(_ app: AppID, after last: TokenID? = nil) async throws -> RepairReport {
        guard try await memory.grant(for: app) != nil else { return RepairReport(wasProvisioned: false) }
        let (begin, limit) = (clock.now(), SdkProvisioner.repairTokens)
        let (grant, lost) = try await inLane(app) { try await repairGrant(of: app) }
        var report = RepairReport(repaired: lost, wasProvisioned: true)
        let page = try await tokens.tokens(of: app, after: last, limit: limit)
        report.goOn(behind: page.count == limit ? page.last?.id : nil)
        for token in page {
            try Task.checkCancellation()
            if try await isToBeLookedAt(token) {
                report.note(try await inTime { try await restoreMembership(of: token.id, in: grant.group) })
            }
            // A clock that stepped back lets the step go on to the end of its page.
            if clock.now() >= begin.advanced(by: SdkProvisioner.repairTime), token.id != page.last?.id {
                report.goOn(behind: token.id)
                break
            }
        }
        tell(of: report.repaired, app)
        return report
    }

    private func repairGrant(of app: AppID) async throws -> (AppGrant, Set<ProvisionedPart>) {
        var lost: Set<ProvisionedPart> = []
        let grant = try await ensureGrant(for: app, &lost)
        // A process that was killed between making a group and removing it leaves a twin.
        let groups = try await storage.groups(named: SdkProvisioner.groupName(of: app))
        if try await removeTwins(of: grant.group, among: groups) { lost.insert(.twin) }
        return (grant, lost)
    }

    private func isToBeLookedAt(_ token: ClientToken) async throws -> Bool {
        guard token.revokedAt == nil, token.expiresAt.map({ $0 > clock.now() }) ?? true else { return false }
        return try await memory.isEnrolled(token.id)
    }

    fileprivate enum Membership { case kept, restored, noToken }

    private func restoreMembership(of owner: TokenID, in group: StorageGroupID) async throws -> Membership {
        guard let holder = try await storage.holder(of: owner) else { return try await forget(owner) }
        if try await storage.isMember(holder, of: group) { return .kept }
        guard let failure = await failureOfAssigning(group, to: owner) else { return .restored }
        // A revocation may have ended the storage token between the two calls.
        guard failure.reason == .notFound else { throw failure }
        if try await storage.holder(of: owner) != nil { throw failure }
        return try await forget(owner)
    }

    /// Apart: Swift 6.3.1 crashes on a call that is awaited in a `catch` of the function above.
    private func failureOfAssigning(_ group: StorageGroupID, to owner: TokenID) async -> StorageError? {
        do {
            try await storage.assign(group, to: owner)
            return nil
        } catch {
            return error
        }
    }

    private func forget(_ owner: TokenID) async throws -> Membership {
        try await memory.setEnrolled(false, owner)
        return .noToken
    }
}
