internal import GRDB

/// A resource that permission items can be about.
struct ResolvedTarget: Sendable {
    let id: String
    /// The resource and what is above it, closest first; the workspace is not among them.
    let closeness: [String]
    /// The member that named it.
    let naming: JSONValue.Member

    /// A folder, a file, a token, a group, or the workspace.
    /// - Throws: a failure with status 404.
    static func byID(_ id: String, in session: CatalogSession) throws -> ResolvedTarget {
        ResolvedTarget(
            id: id, closeness: try closeness(of: id, in: session), naming: .init(name: "targetId", value: .string(id)))
    }

    /// A folder, or the workspace when the path is its root name alone.
    /// - Throws: a failure with status 404.
    static func byFolderpath(_ path: String, in session: CatalogSession) throws -> ResolvedTarget {
        let folders = try session.folders(at: FolderLocator(path: path))
        return ResolvedTarget(
            id: folders.last?.id ?? session.workspace.id, closeness: folders.reversed().map(\.id),
            naming: .init(name: "folderpath", value: .string(path)))
    }

    /// A file.
    /// - Throws: a failure with status 404.
    static func byFilepath(_ path: String, in session: CatalogSession) throws -> ResolvedTarget {
        let located = try session.file(at: FileLocator(path: path, id: nil))
        return ResolvedTarget(
            id: located.file.id, closeness: located.targets, naming: .init(name: "filepath", value: .string(path)))
    }

    /// The workspace.
    /// - Throws: a failure with status 404.
    static func byRootname(_ rootname: String, in session: CatalogSession) throws -> ResolvedTarget {
        guard rootname.folded == session.workspace.rootname.folded else {
            throw StorageFailure.notFound("Workspace with rootname \(rootname) not found")
        }
        return ResolvedTarget(
            id: session.workspace.id, closeness: [],
            naming: .init(name: "workspaceRootname", value: .string(rootname)))
    }

    private static func closeness(of id: String, in session: CatalogSession) throws -> [String] {
        if id == session.workspace.id { return [] }
        if try FolderRow.exists(session.db, key: id) {
            return try session.folders(downTo: id).reversed().map(\.id)
        }
        if try FileRow.exists(session.db, key: id) {
            return try session.file(at: FileLocator(path: nil, id: id)).targets
        }
        guard try AgentTokenRow.exists(session.db, key: id) || PermissionGroupRow.exists(session.db, key: id) else {
            throw StorageFailure.notFound("Permission target with ID \(id) not found")
        }
        return [id]
    }
}
