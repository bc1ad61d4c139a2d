internal import GRDB
internal import LogModel

extension CatalogSession {
    /// The upload in parts of a file that has not expired, if there is one.
    func partedUpload(of file: String, lifetime: Duration) throws -> PartedUploadRow? {
        guard let upload = try PartedUploadRow.fetchOne(db, key: file) else { return nil }
        return upload.touchedAt > oldestTouch(lifetime) ? upload : nil
    }

    /// The upload in parts that a request is about.
    /// - Throws: a failure with status 400 when the file has none of that id.
    func partedUpload(of file: String, clientId: String, lifetime: Duration) throws -> PartedUploadRow {
        guard let upload = try partedUpload(of: file, lifetime: lifetime), upload.clientId == clientId else {
            throw StorageFailure.noPartedUpload
        }
        return upload
    }

    /// The parts of an upload in their order.
    func parts(of file: String) throws -> [UploadPartRow] {
        try UploadPartRow.fetchAll(
            db, sql: "SELECT * FROM uploadPart WHERE fileId = ? ORDER BY part", arguments: [file])
    }

    /// Forgets the upload in parts of a file.
    /// - Returns: the bytes of its parts.
    func removeParts(of file: String, folder: String?) throws -> RemovedBytes {
        var removed = RemovedBytes()
        for part in try parts(of: file) { removed.add(part.blob, size: part.size, of: folder) }
        try db.execute(sql: "DELETE FROM partedUpload WHERE fileId = ?", arguments: [file])
        return removed
    }

    /// Gives up an upload in parts, and forgets its file when that never held anything.
    func giveUp(_ upload: PartedUploadRow) throws -> RemovedBytes {
        guard let file = try FileRow.fetchOne(db, key: upload.fileId) else { return RemovedBytes() }
        let folder = quotas.account(of: try folders(downTo: file.parentId)).folder
        guard file.version > 0 else { return try remove(file, folder: folder) }
        return try removeParts(of: file.id, folder: folder)
    }

    /// Gives up all uploads in parts that have expired.
    func giveUpExpired(lifetime: Duration) throws -> RemovedBytes {
        var removed = RemovedBytes()
        let expired = try PartedUploadRow.fetchAll(
            db, sql: "SELECT * FROM partedUpload WHERE touchedAt <= ?", arguments: [oldestTouch(lifetime)])
        for upload in expired { removed.add(try giveUp(upload)) }
        return removed
    }

    /// Who has the locks of files with an upload in parts, of the files of a folder.
    func partHolders(in parent: String, lifetime: Duration) throws -> [String: String] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT fileId, holder FROM partedUpload
                WHERE touchedAt > ? AND fileId IN (SELECT id FROM file WHERE parentId = ?)
                """, arguments: [oldestTouch(lifetime), parent])
        return Dictionary(rows.map { ($0["fileId"], $0["holder"]) }) { first, _ in first }
    }

    private func oldestTouch(_ lifetime: Duration) -> Int64 {
        now.milliseconds - Int64(lifetime / .milliseconds(1))
    }
}
