import InMemoryAdapter
import LogModel
import SdkProvisioning

/// A file store in memory that does something before it answers some calls.
struct HookedStorage: StorageAdministration {
    private let base: InMemoryStorage
    private let before: @Sendable (InMemoryStorage.Call) async throws(StorageError) -> Void

    init(_ base: InMemoryStorage, before: @Sendable @escaping (InMemoryStorage.Call) async throws(StorageError) -> Void)
    {
        self.base = base
        self.before = before
    }

    var serverURL: String { base.serverURL }

    func credential(for owner: TokenID) async throws(StorageError) -> StorageCredential? {
        try await before(.credential)
        return try await base.credential(for: owner)
    }

    func holder(of owner: TokenID) async throws(StorageError) -> StorageTokenID? {
        try await before(.holder)
        return try await base.holder(of: owner)
    }

    func createToken(for owner: TokenID, lifetime: Duration, expiresAt: Timestamp?) async throws(StorageError) {
        try await before(.createToken)
        try await base.createToken(for: owner, lifetime: lifetime, expiresAt: expiresAt)
    }

    func deleteTokens(for owner: TokenID) async throws(StorageError) -> Bool {
        try await before(.deleteTokens)
        return try await base.deleteTokens(for: owner)
    }

    func folder(at path: StoragePath) async throws(StorageError) -> StorageFolderID? {
        try await before(.folder)
        return try await base.folder(at: path)
    }

    func createFolder(at path: StoragePath) async throws(StorageError) -> StorageFolderID {
        try await before(.createFolder)
        return try await base.createFolder(at: path)
    }

    func groups(named name: String) async throws(StorageError) -> [StorageGroupID] {
        try await before(.groups)
        return try await base.groups(named: name)
    }

    func createGroup(named name: String) async throws(StorageError) -> StorageGroupID {
        try await before(.createGroup)
        return try await base.createGroup(named: name)
    }

    func deleteGroup(_ group: StorageGroupID) async throws(StorageError) -> Bool {
        try await before(.deleteGroup)
        return try await base.deleteGroup(group)
    }

    func grantUpload(to group: StorageGroupID, on folder: StorageFolderID) async throws(StorageError) {
        try await before(.grantUpload)
        try await base.grantUpload(to: group, on: folder)
    }

    func assign(_ group: StorageGroupID, to owner: TokenID) async throws(StorageError) {
        try await before(.assign)
        try await base.assign(group, to: owner)
    }

    func mayUpload(_ group: StorageGroupID, on folder: StorageFolderID) async throws(StorageError) -> Bool {
        try await before(.mayUpload)
        return try await base.mayUpload(group, on: folder)
    }

    func isMember(_ token: StorageTokenID, of group: StorageGroupID) async throws(StorageError) -> Bool {
        try await before(.isMember)
        return try await base.isMember(token, of: group)
    }

    func concerns(over folder: StoragePath, needing rights: [StorageRight]) async -> [StorageConcern] { [] }
}
