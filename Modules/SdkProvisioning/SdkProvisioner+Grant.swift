import LogModel

// What an app needs in the file store, whichever of its tokens asks: a folder, a group, and the group's right there.
extension SdkProvisioner {
    /// The name of the group that may write in an app's folder.
    static func groupName(of app: AppID) -> String { "logferry-write-\(app)" }

    /// The folder, the group and its right as they are in the store now; what is missing is made.
    ///
    /// Of groups that several processes make at the same moment, the memory keeps one, and each process removes the
    /// others; no token was put into those, since that comes after the memory was asked.
    /// - Parameters:
    ///   - app: the app.
    ///   - lost: takes what the memory knew and the store has not any more.
    /// - Returns: the grant, which the memory now has.
    /// - Throws: ``StorageError`` or ``StoreError``.
    func ensureGrant(for app: AppID, _ lost: inout Set<ProvisionedPart>) async throws -> AppGrant {
        let path = settings.folder(of: app)
        let folder = try await folder(at: path)
        let known = try await memory.grant(for: app)
        let isFolderKept = known?.folderPath == path && known?.folder == folder
        if let known, isFolderKept, try await storage.mayUpload(known.group, on: folder) { return known }
        let found = try await storage.groups(named: SdkProvisioner.groupName(of: app))
        if isFolderKept {
            lost.insert(SdkProvisioner.usual(known, among: found) == nil ? .group : .right)
        } else if known?.folderPath == path {
            lost.insert(.folder)
        }
        let (group, all) = try await group(of: app, known, found)
        let grant = AppGrant(folderPath: path, folder: folder, group: group)
        let kept = try await keep(grant, for: app, insteadOf: known)
        try await storage.grantUpload(to: kept.group, on: folder)
        if try await removeTwins(of: kept.group, among: all) { lost.insert(.twin) }
        return kept
    }

    /// The group that the memory knows, if it is still there.
    private static func usual(_ known: AppGrant?, among groups: [StorageGroupID]) -> StorageGroupID? {
        guard let known, groups.contains(known.group) else { return nil }
        return known.group
    }

    /// The group that is put forward for an app, made if there is none, and all groups of its name.
    private func group(
        of app: AppID, _ known: AppGrant?, _ found: [StorageGroupID]
    ) async throws -> (StorageGroupID, [StorageGroupID]) {
        if let usual = SdkProvisioner.usual(known, among: found) ?? found.first { return (usual, found) }
        let name = SdkProvisioner.groupName(of: app)
        let made = try await makeGroup(named: name)
        return (made, try await storage.groups(named: name) + [made])
    }

    /// Lets the memory decide which grant is the app's.
    private func keep(_ grant: AppGrant, for app: AppID, insteadOf known: AppGrant?) async throws -> AppGrant {
        let kept = try await memory.replaceGrant(known, with: grant, for: app)
        guard kept.folder == grant.folder, kept.folderPath == grant.folderPath else {
            // The folder was made anew while another process was at it: the next look settles which one counts.
            throw StorageError(.conflict, detail: "another process found another folder at \(grant.folderPath)")
        }
        return kept
    }

    /// Removes all groups of a name but the one that counts: every process asks the memory which one that is.
    func removeTwins(of kept: StorageGroupID, among groups: [StorageGroupID]) async throws -> Bool {
        var removed = false
        for group in Set(groups) where group != kept {
            if try await storage.deleteGroup(group) { removed = true }
        }
        return removed
    }

    private func folder(at path: StoragePath) async throws -> StorageFolderID {
        if let folder = try await storage.folder(at: path) { return folder }
        do {
            return try await storage.createFolder(at: path)
        } catch {
            guard error.reason == .conflict else { throw error }
        }
        guard let folder = try await storage.folder(at: path) else { throw hidden("folder \(path)", .readFolder) }
        return folder
    }

    private func makeGroup(named name: String) async throws -> StorageGroupID {
        do {
            return try await storage.createGroup(named: name)
        } catch {
            guard error.reason == .conflict else { throw error }
        }
        guard let group = try await storage.groups(named: name).first else {
            throw hidden("group \(name)", .readPermission)
        }
        return group
    }

    /// The failure for a thing that is there when it is made and not when it is looked for.
    private func hidden(_ thing: String, _ right: StorageRight) -> StorageError {
        StorageError(
            .forbidden,
            detail: "the \(thing) is there already, and is not shown: our credential lacks the right \(right.rawValue)")
    }
}
