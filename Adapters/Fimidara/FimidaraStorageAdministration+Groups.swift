public import SdkProvisioning

extension FimidaraStorageAdministration {
    /// The one right that an SDK needs: it covers creating, appending to and replacing files in a folder.
    private static let upload = "uploadFile"

    /// How many pages are looked through; with pages of 1000 far more groups than a workspace can have.
    private static let pageLimit = 10_000

    /// Looks through all pages; the smallest id comes first, so that every process sees the same order.
    public func groups(named name: String) async throws(StorageError) -> [StorageGroupID] {
        try await asking { () async throws(FimidaraFailure) in
            var found: Set<String> = []
            for page in 0..<FimidaraStorageAdministration.pageLimit {
                let question = PermissionWire.GroupListing(page: page, pageSize: client.settings.pageSize)
                let groups = try await client.call(
                    .getWorkspacePermissionGroups, question, answer: PermissionWire.GroupPage.self
                ).permissionGroups
                for group in groups where group.name == name { found.insert(group.resourceId) }
                if groups.count < client.settings.pageSize { return found.sorted().map { StorageGroupID($0) } }
            }
            throw FimidaraFailure(.rejected, "getWorkspacePermissionGroups has no last page")
        }
    }

    /// Creates the group, of a name that the server cannot take for a pattern.
    public func createGroup(named name: String) async throws(StorageError) -> StorageGroupID {
        guard SafeName.isSafe(name) else {
            throw StorageError(.rejected, detail: "the group name \(name) is not made of \(SafeName.rule)")
        }
        return try await asking { () async throws(FimidaraFailure) in
            let creation = PermissionWire.GroupCreation(name: name)
            return StorageGroupID(
                try await client.call(.addPermissionGroup, creation, answer: PermissionWire.GroupAnswer.self)
                    .permissionGroup.resourceId)
        }
    }

    /// Removes the group; its items and assignments go with it.
    public func deleteGroup(_ group: StorageGroupID) async throws(StorageError) -> Bool {
        do {
            _ = try await client.call(
                .deletePermissionGroup, PermissionWire.GroupLocator(permissionGroupId: group.text),
                answer: PermissionWire.Nothing.self)
        } catch {
            guard error.reason == .notFound else { throw StorageError(error) }
            return false
        }
        return true
    }

    /// Asks what the group may do in the folder; an unknown group or folder may do nothing.
    public func mayUpload(_ group: StorageGroupID, on folder: StorageFolderID) async throws(StorageError) -> Bool {
        let question = PermissionWire.Question(
            entityId: group.text, action: FimidaraStorageAdministration.upload, targetId: folder.text)
        let rows: [PermissionWire.Row]
        do {
            rows = try await client.call(
                .resolveEntityPermissions, PermissionWire.Questions(items: [question]),
                answer: PermissionWire.Resolution.self
            ).items
        } catch {
            guard error.reason == .notFound else { throw StorageError(error) }
            return false
        }
        let own = rows.filter { $0.entityId == group.text && $0.isAbout(question.action, question.targetId) }
        return !own.isEmpty && own.allSatisfy { $0.access && $0.permittingTargetId == folder.text }
    }

    /// Looks whether the token was assigned the group itself.
    public func isMember(_ token: StorageTokenID, of group: StorageGroupID) async throws(StorageError) -> Bool {
        do {
            let assigned = try await client.call(
                .getEntityAssignedPermissionGroups, PermissionWire.Entity(entityId: token.text),
                answer: PermissionWire.Assigned.self)
            return assigned.permissionGroups.contains { $0.resourceId == group.text }
        } catch {
            guard error.reason == .notFound else { throw StorageError(error) }
            return false
        }
    }

    /// Grants `uploadFile` on the folder, and asks the server what it has made of it.
    ///
    /// An item whose target is not there goes to the whole workspace without a word, so the folder is looked up
    /// before, and afterwards the group must be allowed to write in the folder by an item on that very folder, and
    /// must not be allowed to write in the workspace as a whole.
    public func grantUpload(
        to group: StorageGroupID, on folder: StorageFolderID
    ) async throws(StorageError) {
        let (workspace, rows) = try await asking { () async throws(FimidaraFailure) in
            let workspace = try await confirm(folder)
            let action = FimidaraStorageAdministration.upload
            let grant = PermissionWire.Grant(entityId: group.text, action: action, targetId: folder.text)
            _ = try await client.call(
                .addPermissionItems, PermissionWire.Grants(items: [grant]), answer: PermissionWire.Nothing.self)
            let questions = [folder.text, workspace].map {
                PermissionWire.Question(entityId: group.text, action: action, targetId: $0)
            }
            let answer = try await client.call(
                .resolveEntityPermissions, PermissionWire.Questions(items: questions),
                answer: PermissionWire.Resolution.self)
            return (workspace, answer.items)
        }
        try verify(rows.filter { $0.entityId == group.text }, folder, workspace)
    }

    /// The workspace of a folder that the server knows at this moment.
    private func confirm(_ folder: StorageFolderID) async throws(FimidaraFailure) -> String {
        let found = try await client.call(
            .getFolder, FolderWire.Locator(folderId: folder.text), answer: FolderWire.Answer.self
        ).folder
        guard found.resourceId == folder.text else {
            throw FimidaraFailure(.rejected, "getFolder answered with another folder than \(folder.text)")
        }
        return found.workspaceId
    }

    private func verify(
        _ rows: [PermissionWire.Row], _ folder: StorageFolderID, _ workspace: String
    ) throws(StorageError) {
        func answers(about target: String) -> [PermissionWire.Row] {
            rows.filter { $0.isAbout(FimidaraStorageAdministration.upload, target) }
        }
        let own = answers(about: folder.text)
        guard !own.isEmpty, own.allSatisfy({ $0.access && $0.permittingTargetId == folder.text }) else {
            throw StorageError(
                .unverified, detail: "the server does not confirm the right to write in the folder \(folder.text)")
        }
        guard answers(about: workspace).allSatisfy({ !$0.access }) else {
            throw StorageError(
                .unverified, detail: "the group may write in the whole workspace; its permission items must be removed")
        }
    }
}
