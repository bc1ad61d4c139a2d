public import AppRegistry
public import LogModel

/// Gives an SDK what it needs to write logs: a credential, a folder and a file prefix.
///
/// The first init of an app or a token provisions the file store; later ones ask it once, for a fresh credential. Now
/// and again one also asks whether the folder is still there. What the store has lost is provisioned again.
public struct SdkProvisioner: Sendable {
    private let storage: any StorageAdministration
    private let memory: any ProvisioningStore
    private let tokens: any ClientTokenStore
    private let settings: ProvisioningSettings
    private let clock: any WallClock
    private let entropy: any Entropy
    private let lanes = ProvisioningLanes()
    private let confirmations = GrantConfirmations()

    /// Puts a provisioner together.
    public init(
        storage: any StorageAdministration, memory: any ProvisioningStore, tokens: any ClientTokenStore,
        settings: ProvisioningSettings, clock: any WallClock, entropy: any Entropy
    ) {
        self.storage = storage
        self.memory = memory
        self.tokens = tokens
        self.settings = settings
        self.clock = clock
        self.entropy = entropy
    }

    /// What an SDK gets.
    public struct Provision: Sendable {
        /// Where the file store is.
        public let serverURL: String
        /// What the SDK writes with.
        public let credential: StorageCredential
        /// The app's folder.
        public let folderPath: StoragePath
        /// The first part of the names of the SDK's files.
        public let filePrefix: FilePrefix
        /// The app.
        public let app: AppID
    }

    /// Provisions for a client token that was let in.
    /// - Parameters:
    ///   - token: the client token, with the right to write.
    ///   - instance: which installation asks; the same one gets the same prefix.
    ///   - prefix: a prefix that this token was given before, which is then kept.
    /// - Returns: what the SDK gets.
    /// - Throws: ``StorageError``, ``ProvisioningStoreError``, ``RegistryStoreError``, or ``TokenRefusal`` `.revoked`
    ///   when the token was revoked meanwhile.
    public func provision(
        for token: ClientToken, instance: String? = nil, keeping prefix: FilePrefix? = nil
    ) async throws -> Provision {
        let filePrefix = try await filePrefix(for: token, instance: instance, keeping: prefix)
        // One at a time per app: of many first inits one does the work and the others find it done.
        let (folder, credential) = try await lanes.inLane(token.app) {
            if let warm = try await warmProvision(for: token) { return warm }
            return try await coldProvision(for: token)
        }
        return Provision(
            serverURL: storage.serverURL, credential: credential, folderPath: folder, filePrefix: filePrefix,
            app: token.app)
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

    // MARK: - Warm

    private func warmProvision(for token: ClientToken) async throws -> (StoragePath, StorageCredential)? {
        guard let grant = try await memory.grant(for: token.app), try await memory.isEnrolled(token.id) else {
            return nil
        }
        guard let credential = try await storage.credential(for: token.id), isShortEnough(credential, for: token)
        else { return nil }
        guard await !confirmations.isRecent(grant, of: token.app, at: clock.now()) else {
            return (grant.folderPath, credential)
        }
        guard try await storage.folder(at: grant.folderPath) == grant.folder else {
            try await memory.setGrant(nil, for: token.app)
            return nil
        }
        await confirmations.confirm(grant, of: token.app, at: clock.now())
        return (grant.folderPath, credential)
    }

    /// A credential must not outlive what is configured now, nor the client token; clocks may differ a little.
    private func isShortEnough(_ credential: StorageCredential, for token: ClientToken) -> Bool {
        guard let end = credential.expiresAt else { return false }
        let slack: Duration = .seconds(60)
        if let tokenEnd = token.expiresAt, end > tokenEnd.advanced(by: slack) { return false }
        return end <= clock.now().advanced(by: settings.tokenLifetime + slack)
    }

    // MARK: - Cold

    private func coldProvision(for token: ClientToken) async throws -> (StoragePath, StorageCredential) {
        let grant = try await ensureGrant(for: token.app)
        try await ensureStorageToken(for: token)
        try await storage.assign(grant.group, to: token.id)
        try await refuseIfRevoked(token)
        guard let credential = try await storage.credential(for: token.id) else {
            throw StorageError(.unverified, detail: "the storage token just made is not there")
        }
        guard isShortEnough(credential, for: token) else {
            throw StorageError(.unverified, detail: "the storage token's credential lives longer than it was asked to")
        }
        try await memory.setEnrolled(true, token.id)
        return (grant.folderPath, credential)
    }

    private func ensureGrant(for app: AppID) async throws -> AppGrant {
        let path = settings.logsFolder.appending(app.text)
        let folder = try await folder(at: path)
        let known = try await memory.grant(for: app)
        if let known, known.folder == folder, known.folderPath == path {
            await confirmations.confirm(known, of: app, at: clock.now())
            return known
        }
        let group = try await group(named: "logferry-write-\(app)")
        try await storage.grantUpload(to: group, on: folder)
        let grant = AppGrant(folderPath: path, folder: folder, group: group)
        try await memory.setGrant(grant, for: app)
        await confirmations.confirm(grant, of: app, at: clock.now())
        return grant
    }

    private func folder(at path: StoragePath) async throws -> StorageFolderID {
        if let folder = try await storage.folder(at: path) { return folder }
        do {
            return try await storage.createFolder(at: path)
        } catch  where error.reason == .conflict {
            guard let folder = try await storage.folder(at: path) else { throw error }
            return folder
        }
    }

    private func group(named name: String) async throws -> StorageGroupID {
        if let group = try await storage.group(named: name) { return group }
        do {
            return try await storage.createGroup(named: name)
        } catch  where error.reason == .conflict {
            guard let group = try await storage.group(named: name) else { throw error }
            return group
        }
    }

    /// A storage token keeps the lifetime that it was made with, so one that is too long-lived is made anew.
    private func ensureStorageToken(for token: ClientToken) async throws {
        if let credential = try await storage.credential(for: token.id) {
            if isShortEnough(credential, for: token) { return }
            _ = try await storage.deleteTokens(for: token.id)
        }
        try await memory.setEnrolled(false, token.id)
        do {
            try await storage.createToken(
                for: token.id, lifetime: settings.tokenLifetime, expiresAt: token.expiresAt)
        } catch  where error.reason == .conflict {
            // Somebody else made it at the same moment.
        }
    }

    /// A revocation that was carried out while the storage token was being made would have missed it.
    private func refuseIfRevoked(_ token: ClientToken) async throws {
        guard try await tokens.token(token.id)?.revokedAt != nil else { return }
        _ = try await storage.deleteTokens(for: token.id)
        throw TokenRefusal.revoked
    }
}

/// What provisioning hands out.
public struct ProvisioningSettings: Sendable, Hashable {
    /// The folder that holds the apps' folders, root name first.
    public var logsFolder: StoragePath
    /// How long a credential lives, at most as long as the client token (`sdk.token_lifetime`).
    public var tokenLifetime: Duration

    /// Makes settings.
    public init(logsFolder: StoragePath, tokenLifetime: Duration = .seconds(86_400)) {
        self.logsFolder = logsFolder
        self.tokenLifetime = tokenLifetime
    }

    /// Where an app's files are.
    public func folder(of app: AppID) -> StoragePath { logsFolder.appending(app.text) }
}
