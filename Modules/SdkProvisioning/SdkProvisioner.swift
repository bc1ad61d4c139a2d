public import AppRegistry
public import LogModel

/// Provisions an SDK with what it needs to write logs: a credential, a folder and a file prefix.
///
/// The first init of an app or a token provisions the file store. Later inits make one call, for a new credential.
/// After ``trust`` an init also checks whether that credential may still write. What the store has lost is provisioned
/// again.
public struct SdkProvisioner: Sendable {
    /// How long a check counts in one process: that of the folder and its grant for each app, that of the membership
    /// for each token.
    ///
    /// For this long after a right was removed in the file store, init may hand out credentials that cannot write.
    public static let trust: Duration = .seconds(60)

    let storage: any StorageAdministration
    let memory: any ProvisioningStore
    let tokens: any ClientTokenStore
    let settings: ProvisioningSettings
    let clock: any WallClock
    let lanes = ProvisioningLanes()
    let ticks: any Clock<Duration>
    private let entropy: any Entropy
    private let observer: (any ProvisioningObserver)?
    private let provenGrants = Confirmations<AppID>(trust: SdkProvisioner.trust)
    private let provenMembers = Confirmations<TokenID>(trust: SdkProvisioner.trust)

    /// Makes a provisioner; `ticks` measures the time limit of an init.
    public init(
        storage: any StorageAdministration, memory: any ProvisioningStore, tokens: any ClientTokenStore,
        settings: ProvisioningSettings, clock: any WallClock, ticks: any Clock<Duration>, entropy: any Entropy,
        observer: (any ProvisioningObserver)? = nil
    ) {
        self.storage = storage
        self.memory = memory
        self.tokens = tokens
        self.settings = settings
        self.clock = clock
        self.ticks = ticks
        self.entropy = entropy
        self.observer = observer
    }

    /// The provision of an SDK.
    public struct Provision: Sendable {
        /// The URL of the file store.
        public let serverURL: String
        /// The credential with which the SDK writes.
        public let credential: StorageCredential
        /// The app's folder.
        public let folderPath: StoragePath
        /// The first part of the names of the SDK's files.
        public let filePrefix: FilePrefix
        /// The app.
        public let app: AppID
    }

    /// Provisions for a client token that was authenticated, within `settings.patience`.
    ///
    /// Steps that do not need each other's results run concurrently.
    /// - Parameters:
    ///   - token: the client token, with the right to write.
    ///   - instance: the installation that asks; the same installation gets the same prefix.
    ///   - prefix: a prefix that this token was given before; it is kept then.
    /// - Returns: the provision.
    /// - Throws: ``StorageError``, ``StoreError``, or ``TokenRefusal`` `.revoked` when the token was revoked meanwhile.
    ///   After the time limit it is the error of the call that was waited for.
    public func provision(
        for token: ClientToken, instance: String? = nil, keeping prefix: FilePrefix? = nil
    ) async throws -> Provision {
        async let filePrefix = inTime { try await self.filePrefix(for: token, instance: instance, keeping: prefix) }
        // One at a time per app: of many first inits one does the work and the others find it done.
        let (folder, credential) = try await inLane(token.app) { try await handOut(to: token) }
        return Provision(
            serverURL: storage.serverURL, credential: credential, folderPath: folder,
            filePrefix: try await filePrefix, app: token.app)
    }

    /// Runs work for as long as an init may take.
    /// - Throws: the error of what was waited for when the time is over.
    func inTime<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        do { return try await within(settings.patience, by: ticks, work) } catch let passed as TimeLimitPassed {
            throw passed.asProvisioningError(within: settings.patience)
        }
    }

    /// Runs work of an app when no other one is going on, both for as long as an init may take.
    /// - Throws: the error of what was waited for when the time is over.
    func inLane<Value: Sendable>(
        _ app: AppID, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        do { return try await lanes.inLane(app, for: settings.patience, by: ticks, work) } catch let passed
            as TimeLimitPassed
        {
            throw passed.asProvisioningError(within: settings.patience)
        }
    }

    private func filePrefix(
        for token: ClientToken, instance: String?, keeping known: FilePrefix?
    ) async throws -> FilePrefix {
        if let known, try await memory.owner(of: known)?.token == token.id { return known }
        let now = clock.now()
        let candidate = FilePrefix.mint(at: now, from: entropy)
        // Who does not say which instance it is gets a prefix of its own each time.
        return try await memory.filePrefix(
            of: token.id, instance: instance ?? "prefix:\(candidate)", else: candidate, at: now)
    }

    private func handOut(to token: ClientToken) async throws -> (StoragePath, StorageCredential) {
        do {
            return try await provenCredential(for: token)
        } catch let error as StorageError where !Task.isCancelled {
            // A revocation that is carried out while init is under way takes away what init has just made: then the
            // refusal is the token's, and not the file store's.
            try await refuseIfRevoked(token)
            throw error
        }
    }

    private func provenCredential(for token: ClientToken) async throws -> (StoragePath, StorageCredential) {
        var lost: Set<ProvisionedPart> = []
        if let warm = try await warmProvision(for: token, &lost) { return warm }
        let provision: (StoragePath, StorageCredential)
        do {
            provision = try await coldProvision(for: token, &lost)
        } catch let error as StorageError
            where !Task.isCancelled && (error.reason == .notFound || error.reason == .conflict)
        {
            // Somebody took away or made what a call relied on, between two calls: once more, from what is there now.
            try await refuseIfRevoked(token)
            provision = try await coldProvision(for: token, &lost)
        }
        tell(of: lost, token.app)
        return provision
    }

    func tell(of lost: Set<ProvisionedPart>, _ app: AppID) {
        if !lost.isEmpty { observer?.observe(.repaired(app, lost)) }
    }

    // MARK: - Warm

    private func warmProvision(
        for token: ClientToken, _ lost: inout Set<ProvisionedPart>
    ) async throws -> (StoragePath, StorageCredential)? {
        async let enrolled = memory.isEnrolled(token.id)
        let known = try await memory.grant(for: token.app)
        guard try await enrolled, let grant = known else { return nil }
        // Another root name or prefix is configured by now: the worker reads there, so SDKs must write there.
        guard grant.folderPath == settings.folder(of: token.app) else { return nil }
        guard let credential = try await storage.credential(for: token.id) else {
            lost.insert(.token)
            return nil
        }
        guard isShortEnough(credential, for: token) else { return nil }
        async let missing = lostPart(of: grant, for: token.app)
        let isMember = try await isProvenMember(credential.holder, token, of: grant)
        if let part = try await missing {
            if let part = part.part { lost.insert(part) }
            return nil
        }
        guard isMember else {
            lost.insert(.membership)
            return nil
        }
        return (grant.folderPath, credential)
    }

    /// Why a grant does not hold; the part is known when it is the folder.
    private struct BrokenGrant: Sendable { let part: ProvisionedPart? }

    /// Whether the folder is not there, or the group may not write in it.
    private func lostPart(of grant: AppGrant, for app: AppID) async throws -> BrokenGrant? {
        let now = clock.now()
        guard await !provenGrants.isRecent(grant, of: app, at: now) else { return nil }
        async let mayUpload = storage.mayUpload(grant.group, on: grant.folder)
        guard try await storage.folder(at: grant.folderPath) == grant.folder else { return BrokenGrant(part: .folder) }
        guard try await mayUpload else { return BrokenGrant(part: nil) }
        await provenGrants.confirm(grant, of: app, at: now)
        return nil
    }

    private func isProvenMember(
        _ holder: StorageTokenID, _ token: ClientToken, of grant: AppGrant
    ) async throws -> Bool {
        let now = clock.now()
        if await provenMembers.isRecent(grant, of: token.id, at: now) { return true }
        guard try await storage.isMember(holder, of: grant.group) else { return false }
        await provenMembers.confirm(grant, of: token.id, at: now)
        return true
    }

    /// A credential must not outlive what is configured now, nor the client token; clocks may differ a little.
    private func isShortEnough(_ credential: StorageCredential, for token: ClientToken) -> Bool {
        guard let end = credential.expiresAt else { return false }
        let slack: Duration = .seconds(60)
        if let tokenEnd = token.expiresAt, end > tokenEnd.advanced(by: slack) { return false }
        return end <= clock.now().advanced(by: settings.tokenLifetime + slack)
    }

    // MARK: - Cold

    private func coldProvision(
        for token: ClientToken, _ lost: inout Set<ProvisionedPart>
    ) async throws -> (StoragePath, StorageCredential) {
        // A storage token without a group opens nothing, so it may be there before the grant is.
        async let tokenWasMade = ensureStorageToken(for: token)
        let grant = try await ensureGrant(for: token.app, &lost)
        let wasMade = try await tokenWasMade
        try await storage.assign(grant.group, to: token.id)
        try await refuseIfRevoked(token)
        guard let credential = try await storage.credential(for: token.id) else {
            throw StorageError(.notFound, detail: "the storage token just made is not there")
        }
        guard isShortEnough(credential, for: token) else {
            throw StorageError(.unverified, detail: "the storage token's credential lives longer than it was asked to")
        }
        if !wasMade {
            // It was there before, and so may be what keeps it from writing.
            guard try await storage.isMember(credential.holder, of: grant.group) else {
                throw StorageError(.unverified, detail: "the storage token does not stay in the group it was put into")
            }
        }
        try await memory.setEnrolled(true, token.id)
        let now = clock.now()
        await provenGrants.confirm(grant, of: token.app, at: now)
        await provenMembers.confirm(grant, of: token.id, at: now)
        return (grant.folderPath, credential)
    }

    /// A storage token keeps the lifetime that it was made with, so one that is too long-lived is made anew.
    /// - Returns: whether it was made.
    private func ensureStorageToken(for token: ClientToken) async throws -> Bool {
        if let credential = try await storage.credential(for: token.id) {
            if isShortEnough(credential, for: token) { return false }
            _ = try await storage.deleteTokens(for: token.id)
        }
        try await memory.setEnrolled(false, token.id)
        do {
            try await storage.createToken(
                for: token.id, lifetime: settings.tokenLifetime, expiresAt: token.expiresAt)
        } catch  where error.reason == .conflict {
            // Somebody else made it at the same moment.
        }
        return true
    }

    /// A revocation that was carried out while the storage token was being made would have missed it.
    private func refuseIfRevoked(_ token: ClientToken) async throws {
        guard try await tokens.token(token.id)?.revokedAt != nil else { return }
        do {
            _ = try await storage.deleteTokens(for: token.id)
        } catch {
            // No credential of it was handed out, so what stays opens nothing to anybody.
        }
        throw TokenRefusal.revoked
    }
}

/// Settings of provisioning.
public struct ProvisioningSettings: Sendable, Hashable {
    /// The folder that holds the apps' folders, root name first.
    public var logsFolder: StoragePath
    /// How long a credential is valid, at most as long as the client token (`sdk.token_lifetime`).
    public var tokenLifetime: Duration
    /// The time limit of an init (`sdk.init_timeout`).
    public var patience: Duration

    /// Makes settings.
    public init(
        logsFolder: StoragePath, tokenLifetime: Duration = .seconds(86_400), patience: Duration = .seconds(10)
    ) {
        self.logsFolder = logsFolder
        self.tokenLifetime = tokenLifetime
        self.patience = patience
    }

    /// Returns the folder of an app's files.
    public func folder(of app: AppID) -> StoragePath { logsFolder.appending(app.text) }
}
