internal import GRDB

extension CatalogSession {
    /// The file that a locator points at.
    /// - Throws: a failure with status 404.
    func file(at locator: FileLocator) throws -> LocatedFile {
        if let id = locator.id {
            guard let file = try FileRow.fetchOne(db, key: id) else { throw StorageFailure.fileNotFound }
            return LocatedFile(file: file, ancestors: try folders(downTo: file.parentId))
        }
        guard let text = locator.path else { throw StorageFailure.fileNotFound }
        let path = try StorePath(text)
        try checkRootname(of: path)
        let (names, name) = try path.file()
        let ancestors = try existingFolders(names)
        guard ancestors.count == names.count, let file = try file(stem: name.stem, under: ancestors) else {
            throw StorageFailure.fileNotFound
        }
        return LocatedFile(file: file, ancestors: ancestors)
    }

    /// The file that an upload is for, which is made when it is missing, with the folders above it.
    /// - Throws: a failure with status 403 without the right, or for a plain upload over what another agent has
    ///   appended; 404 for an id that is not there, or for an append that must not make the file.
    func fileToWrite(
        at locator: FileLocator, isAppend: Bool, createsMissing: Bool, fileLimit: Int
    ) throws -> (located: LocatedFile, isNew: Bool) {
        if let id = locator.id {
            let located = try file(at: FileLocator(path: nil, id: id))
            try requireUpload(to: located, isAppend: isAppend)
            return (located, false)
        }
        guard let text = locator.path else { throw StorageFailure.fileNotFound }
        let path = try StorePath(text)
        try checkRootname(of: path)
        let (names, name) = try path.file()
        let ancestors = try existingFolders(names)
        if ancestors.count == names.count, let file = try file(stem: name.stem, under: ancestors) {
            let located = LocatedFile(file: file, ancestors: ancestors)
            try requireUpload(to: located, isAppend: isAppend)
            return (located, false)
        }
        try require(.uploadFile, on: ancestors.reversed().map(\.id))
        guard !isAppend || createsMissing else { throw StorageFailure.fileNotFound }
        return (try makeFile(name, in: names, fileLimit: fileLimit), true)
    }

    private func requireUpload(to located: LocatedFile, isAppend: Bool) throws {
        try require(.uploadFile, on: located.targets)
        let writer = located.file.appendedBy
        guard isAppend || writer == nil || writer == agent.id else { throw StorageFailure.permissionDenied }
    }

    /// A file by its stem, in the last of some folders.
    func file(stem: String, under ancestors: [FolderRow]) throws -> FileRow? {
        try FileRow.fetchOne(
            db, sql: "SELECT * FROM file WHERE parentId = ? AND foldedStem = ?",
            arguments: [ancestors.last?.id ?? workspace.id, stem.folded])
    }

    /// Makes an empty file of version 0, and the folders of its path that are missing.
    /// - Throws: a failure with status 403 when there are as many files as there may be.
    func makeFile(_ name: FileName, in folderNames: [String], fileLimit: Int) throws -> LocatedFile {
        guard try FileRow.fetchCount(db) < fileLimit else {
            throw StorageFailure.usageLimit("The store holds as many files as it may", .files)
        }
        let ancestors = try makeFolders(folderNames)
        let file = FileRow(
            id: mint(.file), parentId: ancestors.last?.id ?? workspace.id, name: name, trace: newTrace)
        try file.insert(db)
        return LocatedFile(file: file, ancestors: ancestors)
    }

    /// Removes a file with the parts of an upload that is in progress.
    /// - Parameters:
    ///   - file: the file.
    ///   - folder: the folder whose account its bytes are on.
    /// - Returns: the bytes that nothing refers to any more.
    /// - Throws: an error of the database.
    func remove(_ file: FileRow, folder: String?) throws -> RemovedBytes {
        var removed = try removeParts(of: file.id, folder: folder)
        removed.add(file.blob, size: file.size, of: folder)
        try file.delete(db)
        try forgetPermissions(of: [file.id])
        return removed
    }
}
