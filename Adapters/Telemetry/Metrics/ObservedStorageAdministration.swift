public import CoreMetrics
public import LogModel
public import SdkProvisioning

/// An administration whose requests are timed and counted.
public struct ObservedStorageAdministration: StorageAdministration {
    private enum Operation: String, CaseIterable {
        case credential, folder, assign, holder
        case groups = "group"
        case createToken = "create_token"
        case deleteTokens = "delete_tokens"
        case createFolder = "create_folder"
        case createGroup = "create_group"
        case deleteGroup = "delete_group"
        case grantUpload = "grant_upload"
        case mayUpload = "may_upload"
        case isMember = "is_member"
    }

    private let base: any StorageAdministration
    private let metrics: RequestMetrics<Operation>

    /// Observes an administration.
    public init(_ base: any StorageAdministration, _ factory: any MetricsFactory) {
        self.base = base
        metrics = RequestMetrics(
            factory, requests: .storageRequests, durations: .storageRequestDuration, outcomes: RequestOutcome.ofStorage)
    }

    /// Where applications reach the file store.
    public var serverURL: String { base.serverURL }

    private func noting<Value>(
        _ operation: Operation, _ work: () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let start = ContinuousClock.now
        do {
            let value = try await work()
            metrics.note(operation, since: start, .ok)
            return value
        } catch {
            metrics.note(operation, since: start, RequestOutcome(error))
            throw error
        }
    }

    /// Mints a credential and takes note.
    public func credential(for owner: TokenID) async throws(StorageError) -> StorageCredential? {
        try await noting(.credential) { () throws(StorageError) in try await base.credential(for: owner) }
    }

    /// Looks a storage token up and takes note.
    public func holder(of owner: TokenID) async throws(StorageError) -> StorageTokenID? {
        try await noting(.holder) { () throws(StorageError) in try await base.holder(of: owner) }
    }

    /// Creates a token and takes note.
    public func createToken(
        for owner: TokenID, lifetime: Duration, expiresAt: Timestamp?
    ) async throws(StorageError) {
        try await noting(.createToken) { () throws(StorageError) in
            try await base.createToken(for: owner, lifetime: lifetime, expiresAt: expiresAt)
        }
    }

    /// Ends tokens and takes note.
    public func deleteTokens(for owner: TokenID) async throws(StorageError) -> Bool {
        try await noting(.deleteTokens) { () throws(StorageError) in try await base.deleteTokens(for: owner) }
    }

    /// Looks for a folder and takes note.
    public func folder(at path: StoragePath) async throws(StorageError) -> StorageFolderID? {
        try await noting(.folder) { () throws(StorageError) in try await base.folder(at: path) }
    }

    /// Creates a folder and takes note.
    public func createFolder(at path: StoragePath) async throws(StorageError) -> StorageFolderID {
        try await noting(.createFolder) { () throws(StorageError) in try await base.createFolder(at: path) }
    }

    /// Looks for groups and takes note.
    public func groups(named name: String) async throws(StorageError) -> [StorageGroupID] {
        try await noting(.groups) { () throws(StorageError) in try await base.groups(named: name) }
    }

    /// Removes a group and takes note.
    public func deleteGroup(_ group: StorageGroupID) async throws(StorageError) -> Bool {
        try await noting(.deleteGroup) { () throws(StorageError) in try await base.deleteGroup(group) }
    }

    /// Creates a group and takes note.
    public func createGroup(named name: String) async throws(StorageError) -> StorageGroupID {
        try await noting(.createGroup) { () throws(StorageError) in try await base.createGroup(named: name) }
    }

    /// Grants and takes note.
    public func grantUpload(
        to group: StorageGroupID, on folder: StorageFolderID
    ) async throws(StorageError) {
        try await noting(.grantUpload) { () throws(StorageError) in
            try await base.grantUpload(to: group, on: folder)
        }
    }

    /// Assigns and takes note.
    public func assign(_ group: StorageGroupID, to owner: TokenID) async throws(StorageError) {
        try await noting(.assign) { () throws(StorageError) in try await base.assign(group, to: owner) }
    }

    /// Asks for a group's right and takes note.
    public func mayUpload(_ group: StorageGroupID, on folder: StorageFolderID) async throws(StorageError) -> Bool {
        try await noting(.mayUpload) { () throws(StorageError) in try await base.mayUpload(group, on: folder) }
    }

    /// Asks who is in a group and takes note.
    public func isMember(_ token: StorageTokenID, of group: StorageGroupID) async throws(StorageError) -> Bool {
        try await noting(.isMember) { () throws(StorageError) in try await base.isMember(token, of: group) }
    }

    /// Asks what speaks against our own credential; that is several requests, none of which counts.
    public func concerns(over folder: StoragePath, needing rights: [StorageRight]) async -> [StorageConcern] {
        await base.concerns(over: folder, needing: rights)
    }
}
