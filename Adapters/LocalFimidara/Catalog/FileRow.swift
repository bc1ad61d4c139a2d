internal import Digests
internal import GRDB
internal import LogModel

/// A file.
struct FileRow: Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "file"
    static let defaultMimetype = "application/octet-stream"
    static let defaultEncoding = "7bit"

    let id: String
    /// The folder that it is in, or the workspace.
    let parentId: String
    let stem: String
    let ext: String
    /// Bytes that readers may see.
    var size: Int64 = 0
    /// 0 until the first upload is through.
    var version: Int64 = 0
    var mimetype = FileRow.defaultMimetype
    var encoding = FileRow.defaultEncoding
    var description: String?
    var blob: BlobID?
    /// The agent whose appends made the file; `nil` after a plain upload.
    var appendedBy: String?
    var trace: Trace

    init(id: String, parentId: String, name: FileName, trace: Trace) {
        self.id = id
        self.parentId = parentId
        stem = name.stem
        ext = name.ext
        self.trace = trace
    }

    init(row: Row) {
        id = row["id"]
        parentId = row["parentId"]
        stem = row["stem"]
        ext = row["ext"]
        size = row["size"]
        version = row["version"]
        mimetype = row["mimetype"]
        encoding = row["encoding"]
        description = row["description"]
        let blobName: String? = row["blob"]
        blob = blobName.flatMap { BlobID($0) }
        appendedBy = row["appendedBy"]
        trace = Trace(row)
    }

    func encode(to container: inout PersistenceContainer) {
        container["id"] = id
        container["parentId"] = parentId
        container["stem"] = stem
        container["foldedStem"] = stem.folded
        container["ext"] = ext
        container["size"] = size
        container["version"] = version
        container["mimetype"] = mimetype
        container["encoding"] = encoding
        container["description"] = description
        container["blob"] = blob?.text
        container["appendedBy"] = appendedBy
        trace.encode(to: &container)
    }

    /// The name with its extension.
    var name: String { ext.isEmpty ? stem : "\(stem).\(ext)" }

    /// When its bytes or its details last changed.
    var lastModified: Timestamp { Timestamp(milliseconds: trace.updatedAt) }

    /// A strong entity tag: another one after each upload, append and change of details.
    var etag: String {
        let state = "\(id)-\(trace.updatedAt)-\(version)-\(size)"
        return "\"\(Array(SHA256.hash(Array(state.utf8)).prefix(16)).hexadecimal)\""
    }

    /// The file as clients see it; `ancestors` are the folders above, from the root down.
    ///
    /// The lock is who writes to it now, and the asker is whom `availableForYou` is about.
    func json(
        in workspace: String, under ancestors: [FolderRow], lock: String? = nil, asker: FileAsker = FileAsker()
    ) -> JSONValue {
        .object(
            trace.leading(id: id, workspace: workspace) + [
                .init(name: "name", value: .string(stem)),
                .init(name: "description", value: .text(description)),
                .init(name: "parentId", value: .text(ancestors.last?.id)),
                .init(name: "mimetype", value: .string(mimetype)),
                .init(name: "size", value: .integer(size)),
                .init(name: "encoding", value: .string(encoding)),
                .init(name: "ext", value: .string(ext)),
                .init(name: "idPath", value: .array((ancestors.map(\.id) + [id]).map { .string($0) })),
                .init(name: "namepath", value: .array((ancestors.map(\.name) + [stem]).map { .string($0) })),
                .init(name: "version", value: .integer(version)),
            ] + trace.trailing + [
                .init(name: "read", value: readability(lock: lock, asker: asker)),
                .init(name: "write", value: writability(lock: lock, asker: asker)),
            ])
    }

    private func readability(lock: String?, asker: FileAsker) -> JSONValue {
        guard version == 0 else { return ["available": .bool(true), "availableForYou": .bool(true)] }
        let isYours = lock == asker.agent || lock == asker.session
        guard let lock else { return ["available": .bool(false), "availableForYou": .bool(isYours)] }
        return ["available": .bool(false), "availableForYou": .bool(isYours), "lockedBy": .string(lock)]
    }

    private func writability(lock: String?, asker: FileAsker) -> JSONValue {
        guard let lock else { return ["available": .bool(true), "availableForYou": .bool(true)] }
        return [
            "available": .bool(false), "availableForYou": .bool(lock == asker.session), "lockedBy": .string(lock),
        ]
    }
}
