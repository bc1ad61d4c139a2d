import AppRegistry
public import LogModel

/// The report of a repair of an app.
public struct RepairReport: Sendable, Hashable {
    /// The parts that had been provisioned and were missing in the file store; they exist again.
    public private(set) var repaired: Set<ProvisionedPart>
    /// The number of storage tokens in the app's group.
    public private(set) var members: Int
    /// The number of those that were missing in it and were added again.
    public private(set) var restoredMembers: Int
    /// The number of client tokens without a storage token; their next init creates it.
    public private(set) var withoutStorageToken: Int
    /// Whether the app was provisioned at all; before the first init there is nothing to repair.
    public let wasProvisioned: Bool
    /// The last client token that was checked, when more may follow; `nil` at the end.
    public private(set) var next: TokenID?

    /// Returns the report of this step and the next one together.
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
    /// The time after which a step of a repair ends; it completes the token that it has begun.
    public static let repairTime: Duration = .seconds(10)
    /// The greatest number of client tokens that one step of a repair checks.
    public static let repairTokens = 1000

    /// Checks what an app's SDKs need to write, and restores what the file store has lost.
    ///
    /// Earlier checks do not count. A step checks the folder, the group and its right, then the app's tokens that init
    /// has enrolled, until its time is over. ``RepairReport/next`` says where the next step continues. Inits of the app
    /// wait while the grant is checked, and not while the tokens are. The grant and each token may take as long as an
    /// init may.
    /// - Parameters:
    ///   - app: the app.
    ///   - last: the client token behind which to continue; `nil` begins.
    /// - Returns: the report of this step.
    /// - Throws: ``StorageError``, ``StoreError``, or `CancellationError` when the task is cancelled; what was restored
    ///   before stays.
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
