public import CoreMetrics
public import LogModel
public import SdkProvisioning

/// An administration whose requests are timed and counted.
public struct ObservedStorageAdministration: StorageAdministration {
    private enum Operation: String, CaseIterable {
        case credential, folder, group, assign
        case createToken = "create_token"
        case deleteTokens = "delete_tokens"
        case createFolder = "create_folder"
        case createGroup = "create_group"
        case grantUpload = "grant_upload"
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

    /// Looks for a group and takes note.
    public func group(named name: String) async throws(StorageError) -> StorageGroupID? {
        try await noting(.group) { () throws(StorageError) in try await base.group(named: name) }
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
}
