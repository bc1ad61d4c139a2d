public import SdkProvisioning

extension FimidaraStorageAdministration {
    /// Looks up our own token, the place of the logs and our rights there; the server is changed by nothing of it.
    public func concerns(over folder: StoragePath, needing rights: [StorageRight]) async -> [StorageConcern] {
        do {
            return try await placeConcerns(folder) + rightConcerns(folder, rights)
        } catch {
            return [error.reason == .unauthenticated ? .credentialRefused : .unreachable(detail: error.detail)]
        }
    }

    private func placeConcerns(_ path: StoragePath) async throws(FimidaraFailure) -> [StorageConcern] {
        let other = StorageConcern.otherWorkspace(configured: client.settings.workspaceRootname)
        var found: FolderWire.Folder?
        do { found = try await client.folder(at: path) } catch {
            if error.isAboutWorkspace { return [other] }
            guard error.reason == .forbidden else { throw error }
        }
        if let found, let own = try await client.ownToken()?.workspaceId {
            return found.workspaceId == own ? [] : [other]
        }
        return try await client.isOtherWorkspace() == true ? [other] : []
    }

    private func rightConcerns(
        _ path: StoragePath, _ rights: [StorageRight]
    ) async throws(FimidaraFailure) -> [StorageConcern] {
        let answer: OwnRights
        do { answer = try await client.ownRights(rights, over: path) } catch {
            // Another workspace, which is a concern of its own.
            guard error.isAboutWorkspace else { throw error }
            answer = try await client.ownRights(rights, on: nil)
        }
        switch answer {
        case .known(let answers):
            let silent = rights.filter { answers[$0] == nil }
            return rights.filter { answers[$0] == false }.map { .missing($0) }
                + (silent.isEmpty ? [] : [.unknownRights(without: [])])
        case .hidden(let right): return [.missing(right), .unknownRights(without: [right])]
        }
    }
}
