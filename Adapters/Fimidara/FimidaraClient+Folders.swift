import SdkProvisioning

// Folders are looked up by path here, for provisioning and reading alike.
extension FimidaraClient {
    /// The folder at a path, or `nil` when the server says that there is none.
    ///
    /// The server matches names as patterns, so the names of the folder that it found are compared with those asked
    /// for; a listing or a grant must never touch a folder that merely resembles ours.
    func folder(at path: StoragePath) async throws(FimidaraFailure) -> FolderWire.Folder? {
        try check(path)
        do {
            let folder = try await call(
                .getFolder, FolderWire.Locator(folderpath: path.description), answer: FolderWire.Answer.self
            ).folder
            try check(folder, isAt: path)
            return folder
        } catch {
            guard error.reason == .notFound else { throw error }
            // A root name that no workspace has is no folder that is not there yet.
            if error.isAboutWorkspace { throw unknownWorkspace(error) }
            return nil
        }
    }

    /// The failure for a path whose root name no workspace has.
    func unknownWorkspace(_ failure: FimidaraFailure) -> FimidaraFailure {
        var unknown = FimidaraFailure(
            .rejected,
            "\(failure.detail); fimidara.workspace_rootname is \"\(settings.workspaceRootname)\", which no workspace has"
        )
        unknown.isAboutWorkspace = true
        return unknown
    }

    /// Refuses a path that does not begin at our workspace, is too deep or has names that the server reads otherwise.
    func check(_ path: StoragePath) throws(FimidaraFailure) {
        guard path.segments.first == settings.workspaceRootname else {
            throw FimidaraFailure(.rejected, "the path \(path) does not begin with the workspace's root name")
        }
        guard (2...SafeName.depthLimit).contains(path.segments.count) else {
            throw FimidaraFailure(.rejected, "the path \(path) has not 2 to \(SafeName.depthLimit) segments")
        }
        guard path.segments.allSatisfy({ SafeName.isSafe($0) }) else {
            throw FimidaraFailure(.rejected, "a segment of the path \(path) is not made of \(SafeName.rule)")
        }
    }

    /// Refuses a folder whose names are not those of a path, the root name left out.
    func check(_ folder: FolderWire.Folder, isAt path: StoragePath) throws(FimidaraFailure) {
        let names = path.segments.dropFirst()
        guard names.count == folder.namepath.count, zip(names, folder.namepath).allSatisfy({ SafeName.isSame($0, $1) })
        else {
            throw FimidaraFailure(
                .rejected, "the server has another folder at \(path): /\(folder.namepath.joined(separator: "/"))")
        }
        guard SafeName.isResourceID(folder.resourceId) else {
            throw FimidaraFailure(.rejected, "the folder at \(path) has an id that is none")
        }
    }
}
