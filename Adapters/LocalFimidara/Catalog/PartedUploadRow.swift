internal import GRDB

/// An upload in parts that was begun and is neither completed nor given up.
struct PartedUploadRow: Codable, Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "partedUpload"

    /// The file, which nobody else may write to meanwhile.
    let fileId: String
    /// What the client calls the upload.
    let clientId: String
    /// Who has the file's lock: the upload session, or the agent when no session was named.
    let holder: String
    /// Milliseconds since the epoch of its beginning or its latest part.
    var touchedAt: Int64
    /// What the file will be described with, as the latest part said.
    var mimetype: String?
    var encoding: String?
    var description: String?
}

/// One part of an upload in parts.
struct UploadPartRow: Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "uploadPart"

    let fileId: String
    /// From 1 to 10 000.
    let part: Int64
    let size: Int64
    let blob: BlobID

    init(fileId: String, part: Int64, size: Int64, blob: BlobID) {
        self.fileId = fileId
        self.part = part
        self.size = size
        self.blob = blob
    }

    init(row: Row) throws {
        fileId = row["fileId"]
        part = row["part"]
        size = row["size"]
        let name: String = row["blob"]
        guard let blob = BlobID(name) else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        self.blob = blob
    }

    func encode(to container: inout PersistenceContainer) {
        container["fileId"] = fileId
        container["part"] = part
        container["size"] = size
        container["blob"] = blob.text
    }
}
