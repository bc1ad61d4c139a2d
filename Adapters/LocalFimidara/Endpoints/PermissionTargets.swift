internal import GRDB

/// What permission items are about, as requests name it: ids, paths, or the workspace by its root name.
struct PermissionTargets: Sendable {
    let ids: [String]
    let folderpaths: [String]
    let filepaths: [String]
    let rootname: String?

    init(_ fields: inout BodyFields) {
        ids = fields.texts("targetId", atMost: 50)
        folderpaths = fields.texts("folderpath", atMost: 700)
        filepaths = fields.texts("filepath", atMost: 870)
        rootname = fields.text("workspaceRootname", atMost: 150)
    }

    /// Whether the request names no target at all.
    var isEmpty: Bool { ids.isEmpty && folderpaths.isEmpty && filepaths.isEmpty && rootname == nil }

    /// The named targets.
    /// - Throws: a failure with status 404 for any that is not there. None is ever widened to the workspace: fimidara
    ///   does that, and it hands everything to whom a folder was meant for.
    func resolved(in session: CatalogSession) throws -> [ResolvedTarget] {
        var targets = try ids.map { try ResolvedTarget.byID($0, in: session) }
        targets += try folderpaths.map { try ResolvedTarget.byFolderpath($0, in: session) }
        targets += try filepaths.map { try ResolvedTarget.byFilepath($0, in: session) }
        if let rootname { targets.append(try ResolvedTarget.byRootname(rootname, in: session)) }
        return targets
    }

    /// The named targets that are there.
    func found(in session: CatalogSession) throws -> [ResolvedTarget] {
        func attempt(_ look: () throws -> ResolvedTarget) throws -> ResolvedTarget? {
            do { return try look() } catch let failure as StorageFailure where failure.status == 404 { return nil }
        }
        var targets = try ids.compactMap { id in try attempt { try ResolvedTarget.byID(id, in: session) } }
        targets += try folderpaths.compactMap { path in
            try attempt { try ResolvedTarget.byFolderpath(path, in: session) }
        }
        targets += try filepaths.compactMap { path in
            try attempt { try ResolvedTarget.byFilepath(path, in: session) }
        }
        if let rootname, let target = try attempt({ try ResolvedTarget.byRootname(rootname, in: session) }) {
            targets.append(target)
        }
        return targets
    }
}
