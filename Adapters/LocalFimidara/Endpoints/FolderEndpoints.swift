internal import GRDB

/// What clients do with folders.
struct FolderEndpoints: Sendable {
    let catalog: Catalog
    let locks: WriteLocks
    let disposal: BlobDisposal
    let limits: StorageLimits

    func add(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (text, description) = try BodyFields.read(body) { fields in
            (
                fields.text("folderpath", atMost: 700, isRequired: true) ?? "",
                fields.text("description", atMost: 700)
            )
        }
        return try await catalog.write(as: caller) { session in
            let path = try StorePath(text)
            guard path.rootname.folded == session.workspace.rootname.folded else {
                throw StorageFailure.notFound("Workspace not found")
            }
            guard !path.names.isEmpty else { throw StorageFailure.invalid("File or folder name not provided") }
            let existing = try session.existingFolders(path.names)
            try session.require(.addFolder, on: existing.reversed().map(\.id))
            guard existing.count < path.names.count else { throw StorageFailure.exists("Folder exists") }
            let folders = try session.makeFolders(path.names, description: description)
            return try session.folderAnswer(folders, isNew: true)
        }
    }

    func get(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let locator = try BodyFields.read(body) { fields in
            fields.ignore("workspaceId")
            return FolderLocator(&fields)
        }
        return try await catalog.read(as: caller) { session in
            let folders = try session.namedFolders(at: locator)
            try session.require(.readFolder, on: folders.reversed().map(\.id))
            return try session.folderAnswer(folders)
        }
    }

    func update(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (locator, description) = try BodyFields.read(body) { fields in
            fields.ignore("workspaceId")
            let locator = FolderLocator(&fields)
            return (
                locator,
                fields.object("folder", isRequired: true) { $0.text("description", atMost: 700) } ?? nil
            )
        }
        return try await catalog.write(as: caller) { session in
            var folders = try session.namedFolders(at: locator)
            try session.require(.updateFolder, on: folders.reversed().map(\.id))
            var folder = folders.removeLast()
            folder.description = description ?? folder.description
            folder.trace.touch(session.now, by: session.agent)
            try folder.update(session.db)
            return try session.folderAnswer(folders + [folder])
        }
    }

    func delete(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let locator = try BodyFields.read(body) { fields in
            fields.ignore("workspaceId")
            return FolderLocator(&fields)
        }
        let (job, removed) = try await catalog.write(as: caller) { session in
            let folders = try session.namedFolders(at: locator)
            try session.require(.deleteFolder, on: folders.reversed().map(\.id))
            return (try session.noteJob(), try session.removeLast(of: folders))
        }
        await disposal.discard(removed)
        return ["jobId": .string(job)]
    }

    func list(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let request = try BodyFields.read(body) { ListRequest(&$0, isPaged: true) }
        return try await catalog.read(as: caller) { session in
            let ancestors = try session.listedFolders(request)
            let workspace = session.workspace.id
            let folders = request.wantsFolders ? try session.subfolders(of: ancestors, page: request.page) : []
            let files = request.wantsFiles ? try session.files(of: ancestors, page: request.page) : []
            let asker = FileAsker(agent: session.agent.id)
            let holders = try session.partHolders(
                in: ancestors.last?.id ?? workspace, lifetime: limits.partLifetime)
            return [
                "folders": .array(folders.map { $0.json(in: workspace, under: ancestors) }),
                "files": .array(
                    files.map {
                        $0.json(
                            in: workspace, under: ancestors, lock: locks.holder(of: $0.id) ?? holders[$0.id],
                            asker: asker)
                    }),
                "page": .integer(request.page.number),
            ]
        }
    }

    func count(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let request = try BodyFields.read(body) { ListRequest(&$0, isPaged: false) }
        return try await catalog.read(as: caller) { session in
            let ancestors = try session.listedFolders(request)
            return [
                "foldersCount": .count(request.wantsFolders ? try session.subfolderCount(of: ancestors) : 0),
                "filesCount": .count(request.wantsFiles ? try session.fileCount(of: ancestors) : 0),
            ]
        }
    }
}

extension CatalogSession {
    /// A folder with those above it, from the root down.
    /// - Throws: a failure with status 404; 400 for the root of the workspace, which is no folder.
    fileprivate func namedFolders(at locator: FolderLocator) throws -> [FolderRow] {
        let folders = try folders(at: locator)
        guard !folders.isEmpty else { throw StorageFailure.invalid("File or folder name not provided") }
        return folders
    }

    /// The folder that is listed with those above it; empty for the root of the workspace.
    fileprivate func listedFolders(_ request: ListRequest) throws -> [FolderRow] {
        try checkWorkspace(id: request.workspaceId)
        guard request.locator.id != nil || request.locator.path != nil else { return [] }
        return try folders(at: request.locator)
    }

    fileprivate func folderAnswer(_ folders: [FolderRow], isNew: Bool = false) throws -> JSONValue {
        guard let folder = folders.last else { throw StorageFailure.folderNotFound }
        return ["folder": folder.json(in: workspace.id, under: folders.dropLast(), isNew: isNew)]
    }
}
