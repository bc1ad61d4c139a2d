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
            throw StorageFailure.usageLimit("The store holds as many files as it may")
        }
        let ancestors = try makeFolders(folderNames)
        let file = FileRow(
            id: mint(.file), parentId: ancestors.last?.id ?? workspace.id, name: name, trace: newTrace)
        try file.insert(db)
        return LocatedFile(file: file, ancestors: ancestors)
    }

    /// Removes a file.
    func remove(_ file: FileRow) throws -> RemovedBytes {
        var removed = RemovedBytes()
        removed.add(file)
        try file.delete(db)
        try forgetPermissions(of: [file.id])
        return removed
    }
}
