internal import GRDB

extension CatalogSession {
    /// The folders of a path as far as they are there, from the root down.
    func existingFolders(_ names: [String]) throws -> [FolderRow] {
        var folders: [FolderRow] = []
        for name in names {
            guard let folder = try folder(named: name, in: folders.last?.id ?? workspace.id) else { break }
            folders.append(folder)
        }
        return folders
    }

    /// A folder and those above it, from the root down.
    /// - Throws: a failure with status 404.
    func folders(_ names: [String]) throws -> [FolderRow] {
        let folders = try existingFolders(names)
        guard folders.count == names.count else { throw StorageFailure.folderNotFound }
        return folders
    }

    /// A folder and those above it, from the root down, by the folder's id.
    /// - Throws: a failure with status 404.
    func folders(downTo id: String) throws -> [FolderRow] {
        var folders: [FolderRow] = []
        var next = id
        while next != workspace.id {
            guard let folder = try FolderRow.fetchOne(db, key: next) else { throw StorageFailure.folderNotFound }
            folders.insert(folder, at: 0)
            next = folder.parentId
        }
        return folders
    }

    /// What a locator points at, with the folders above it; empty for the root of the workspace.
    /// - Throws: a failure with status 404.
    func folders(at locator: FolderLocator) throws -> [FolderRow] {
        if let id = locator.id { return try folders(downTo: id) }
        guard let text = locator.path else { throw StorageFailure.folderNotFound }
        let path = try StorePath(text)
        guard path.rootname.folded == workspace.rootname.folded else {
            throw StorageFailure.notFound("Workspace not found")
        }
        return try folders(path.names)
    }

    /// Makes the folders of a path that are missing.
    /// - Returns: all of them, from the root down.
    func makeFolders(_ names: [String], description: String? = nil) throws -> [FolderRow] {
        var folders = try existingFolders(names)
        for name in names.dropFirst(folders.count) {
            let isLast = folders.count == names.count - 1
            let folder = FolderRow(
                id: mint(.folder), parentId: folders.last?.id ?? workspace.id, name: name,
                description: isLast ? description : nil, trace: newTrace)
            try folder.insert(db)
            folders.append(folder)
        }
        return folders
    }

    /// Removes the last of some folders, which are given from the root down, with all that is in it.
    /// - Returns: the bytes that nothing refers to any more.
    func removeLast(of folders: [FolderRow]) throws -> RemovedBytes {
        guard let folder = folders.last else { throw StorageFailure.folderNotFound }
        let folderIDs = try String.fetchAll(
            db,
            sql: """
                WITH RECURSIVE inside (id) AS (
                    VALUES (?) UNION ALL SELECT folder.id FROM folder JOIN inside ON folder.parentId = inside.id
                )
                SELECT id FROM inside
                """, arguments: [folder.id])
        var removed = RemovedBytes()
        // All of it is on one account, or each folder of the parent has its own.
        let account = quotas.account(of: folders).folder
        let accounts = account == nil && quotas.isSet ? try folderAccounts() : [:]
        for id in folderIDs {
            let files = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, blob, size FROM file WHERE parentId = ?1 UNION ALL
                    SELECT file.id, uploadPart.blob, uploadPart.size FROM file
                    JOIN uploadPart ON uploadPart.fileId = file.id WHERE file.parentId = ?1
                    """, arguments: [id])
            for file in files {
                let blob: String? = file["blob"]
                removed.add(blob.flatMap { BlobID($0) }, size: file["size"], of: account ?? accounts[id])
            }
            try forgetPermissions(of: files.map { $0["id"] })
            try db.execute(sql: "DELETE FROM file WHERE parentId = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM folder WHERE id = ?", arguments: [id])
        }
        try forgetPermissions(of: folderIDs)
        return removed
    }

    /// For each folder the folder whose account it is on, where it is on one.
    private func folderAccounts() throws -> [String: String] {
        let parents = try existingFolders(quotas.parent)
        guard parents.count == quotas.parent.count else { return [:] }
        let rows = try Row.fetchAll(
            db, sql: "\(CatalogSession.accountedFolders) SELECT id, account FROM inside",
            arguments: [parents.last?.id ?? workspace.id])
        return Dictionary(rows.map { ($0["id"], $0["account"]) }) { first, _ in first }
    }

    /// Bytes of the files and parts of each folder with an account.
    func bytesByAccount() throws -> [QuotaAccount: Int64] {
        guard quotas.isSet else { return [:] }
        let parents = try existingFolders(quotas.parent)
        guard parents.count == quotas.parent.count else { return [:] }
        let rows = try Row.fetchAll(
            db,
            sql: """
                \(CatalogSession.accountedFolders), bytes (account, size) AS (
                    SELECT inside.account, file.size FROM file JOIN inside ON file.parentId = inside.id UNION ALL
                    SELECT inside.account, uploadPart.size FROM file JOIN inside ON file.parentId = inside.id
                    JOIN uploadPart ON uploadPart.fileId = file.id
                )
                SELECT account, (SELECT name FROM folder WHERE id = account) AS name, SUM(size) AS size
                FROM bytes GROUP BY account
                """, arguments: [parents.last?.id ?? workspace.id])
        return Dictionary(
            rows.map { row in
                let name: String = row["name"]
                return (QuotaAccount(folder: row["account"], limit: quotas.limit(of: name)), row["size"])
            }
        ) { first, _ in first }
    }

    /// The folders of a parent, which are accounts, and all folders in them.
    private static let accountedFolders = """
        WITH RECURSIVE inside (id, account) AS (
            SELECT id, id FROM folder WHERE parentId = ? UNION ALL
            SELECT folder.id, inside.account FROM folder JOIN inside ON folder.parentId = inside.id
        )
        """

    private func folder(named name: String, in parent: String) throws -> FolderRow? {
        try FolderRow.fetchOne(
            db, sql: "SELECT * FROM folder WHERE parentId = ? AND foldedName = ?", arguments: [parent, name.folded])
    }
}
