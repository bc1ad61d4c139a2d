import LogModel
import SdkProvisioning

/// An administration that tells SDKs another address than the one that we use ourselves.
struct PublicStorageAdministration: StorageAdministration {
    private let base: any StorageAdministration
    private let publicURL: @Sendable () -> String

    init(_ base: any StorageAdministration, publicURL: @escaping @Sendable () -> String) {
        self.base = base
        self.publicURL = publicURL
    }

    var serverURL: String { publicURL() }

    func credential(for owner: TokenID) async throws(StorageError) -> StorageCredential? {
        try await base.credential(for: owner)
    }

    func holder(of owner: TokenID) async throws(StorageError) -> StorageTokenID? {
        try await base.holder(of: owner)
    }

    func createToken(for owner: TokenID, lifetime: Duration, expiresAt: Timestamp?) async throws(StorageError) {
        try await base.createToken(for: owner, lifetime: lifetime, expiresAt: expiresAt)
    }

    func deleteTokens(for owner: TokenID) async throws(StorageError) -> Bool {
        try await base.deleteTokens(for: owner)
    }

    func folder(at path: StoragePath) async throws(StorageError) -> StorageFolderID? {
        try await base.folder(at: path)
    }

    func createFolder(at path: StoragePath) async throws(StorageError) -> StorageFolderID {
        try await base.createFolder(at: path)
    }

    func groups(named name: String) async throws(StorageError) -> [StorageGroupID] {
        try await base.groups(named: name)
    }

    func deleteGroup(_ group: StorageGroupID) async throws(StorageError) -> Bool {
        try await base.deleteGroup(group)
    }

    func createGroup(named name: String) async throws(StorageError) -> StorageGroupID {
        try await base.createGroup(named: name)
    }

    func grantUpload(to group: StorageGroupID, on folder: StorageFolderID) async throws(StorageError) {
        try await base.grantUpload(to: group, on: folder)
    }

    func assign(_ group: StorageGroupID, to owner: TokenID) async throws(StorageError) {
        try await base.assign(group, to: owner)
    }

    func mayUpload(_ group: StorageGroupID, on folder: StorageFolderID) async throws(StorageError) -> Bool {
        try await base.mayUpload(group, on: folder)
    }

    func isMember(_ token: StorageTokenID, of group: StorageGroupID) async throws(StorageError) -> Bool {
        try await base.isMember(token, of: group)
    }

    func concerns(over folder: StoragePath, needing rights: [StorageRight]) async -> [StorageConcern] {
        await base.concerns(over: folder, needing: rights)
    }
}
