public import SdkProvisioning

extension FimidaraStorageAdministration {
    /// Looks the folder up and compares the names that were found with those asked for.
    public func folder(at path: StoragePath) async throws(StorageError) -> StorageFolderID? {
        let folder = try await asking { () async throws(FimidaraFailure) in try await client.folder(at: path) }
        return folder.map { StorageFolderID($0.resourceId) }
    }

    /// Creates the folder; an opaque 500 is looked behind with a look-up.
    ///
    /// The server answers the same 500 when the folder exists, when it denies, and when its queue is too slow.
    public func createFolder(at path: StoragePath) async throws(StorageError) -> StorageFolderID {
        try await asking { () async throws(FimidaraFailure) in
            try client.check(path)
            let folder: FolderWire.Folder
            do throws(FimidaraFailure) {
                folder = try await client.call(
                    .addFolder, FolderWire.Locator(folderpath: path.description), answer: FolderWire.Answer.self
                ).folder
            } catch {
                if error.isAboutWorkspace { throw client.unknownWorkspace(error) }
                throw error.isOpaque ? try await meaning(of: error, path) : error
            }
            try client.check(folder, isAt: path)
            return StorageFolderID(folder.resourceId)
        }
    }

    private func meaning(
        of failure: FimidaraFailure, _ path: StoragePath
    ) async throws(FimidaraFailure) -> FimidaraFailure {
        guard try await client.folder(at: path) == nil else {
            return FimidaraFailure(.conflict, "the folder \(path) is there already")
        }
        // The server answers 500 to who may not, as it does when its queue is too slow.
        if case .known(let rights) = try? await client.ownRights([.addFolder], over: path), rights[.addFolder] == false
        {
            return FimidaraFailure(.forbidden, "\(failure.detail)\(FimidaraFailure.lack(of: [.addFolder]))")
        }
        return FimidaraFailure(.unavailable, "\(failure.detail); there is no folder \(path)")
    }
}
