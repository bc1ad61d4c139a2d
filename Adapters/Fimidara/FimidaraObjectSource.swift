import HTTPTransport
public import LogIngestion
public import LogModel
public import SdkProvisioning

/// The log files of one folder of a fimidara workspace, as a source; folders within it do not count.
///
/// A token that may read the folder and not its files sees an empty folder: the server leaves out what may not be
/// read instead of refusing. So an empty answer is looked behind, now and again.
public struct FimidaraObjectSource: ObjectSource {
    /// How many full pages without a new entry are taken for entries that moved, and not for a listing without end.
    private static let staleLimit = 3

    /// How many pages are asked for; with pages of 1000 far more entries than a folder can have.
    private static let pageLimit = 100_000

    /// `fimidara:` and the folder's path.
    public let id: SourceID

    private let client: FimidaraClient
    private let folder: StoragePath

    /// Makes the source of a folder, which need not be there yet.
    public init(client: FimidaraClient, folder: StoragePath) {
        id = SourceID("fimidara:\(folder)")
        self.client = client
        self.folder = folder
    }

    /// Lists the folder page by page.
    ///
    /// The folder is looked up by its path first, for a listing of a path that is not there shows the workspace's
    /// root, and is then listed by its id. Pages come unsorted and may shift while files are added: entries are told
    /// apart by id, and one that slips through between two pages is found by the next listing.
    /// - Throws: ``SourceError``, or what `visit` throws.
    public func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        guard let place = try await asking({ () async throws(FimidaraFailure) in try await client.folder(at: folder) })
        else { return try await asking { () async throws(FimidaraFailure) in try await client.doubtAbsence() } }
        var catalog = FileCatalog(folder: place.resourceId, salt: client.anyNumber())
        var stale = 0
        for number in 0..<FimidaraObjectSource.pageLimit where stale < FimidaraObjectSource.staleLimit {
            let (page, kind) = try await page(number, &catalog)
            if !page.objects.isEmpty || !page.foreign.isEmpty { try await visit(page) }
            if kind == .last {
                guard catalog.count == 0 else { return }
                return try await asking { () async throws(FimidaraFailure) in
                    try await client.doubtEmptiness(ofFolder: place.resourceId)
                }
            }
            stale = kind == .stale ? stale + 1 : 0
        }
        throw SourceError(.unavailable, detail: "listFolderContent repeats its pages without end")
    }

    /// Reads one range by the file's id.
    ///
    /// What is not exactly the range that was asked for, or a beginning of it, is refused. A body that ends early
    /// gives the bytes that came; none at all is a failure, since an empty chunk means that there is no byte.
    public func read(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk {
        guard offset >= 0, limit > 0, SafeName.isResourceID(object.identity) else {
            throw SourceError(.rejected, detail: "readFile cannot be asked for \(limit) bytes from \(offset) on")
        }
        return try await asking { () async throws(FimidaraFailure) in
            let wanted = RangeRead(offset: offset, limit: limit)
            let response: HTTPResponse
            do throws(FimidaraFailure) {
                response = try await client.open(file: object.identity, first: offset, last: wanted.last)
            } catch {
                guard case .rangeBeyondEnd(let size) = error.reason else { throw error }
                return try wanted.nothing(size: size)
            }
            return try await client.receiving { () async throws(FimidaraFailure) in
                try await wanted.receive(response)
            }
        }
    }

    /// How many bytes the server's disk has of a file beyond its size.
    ///
    /// A whole read follows the disk and a range the size, so the head of a whole read tells what ranges hide. The size
    /// is asked for behind it: an append that ended in between makes the difference smaller and never larger.
    public func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 {
        guard SafeName.isResourceID(object.identity) else {
            throw SourceError(.rejected, detail: "readFile cannot be asked for a file without an id")
        }
        // The answer's body is given up unread.
        let whole = try await asking { () async throws(FimidaraFailure) in
            WholeRead(try await client.openWhole(file: object.identity, receiving: 0))
        }
        guard let length = whole.length, length > object.size else { return 0 }
        let size = try await read(object, from: object.size, limit: 1).size
        return max(0, length - size)
    }

    /// Reads a range of a whole read, which follows the disk: all that is before `offset` is received and dropped.
    ///
    /// An answer that does not say how long the whole is tells nothing of what lies behind the end that is shown. It is an
    /// error: bytes that were taken from there would count as cut off, and the object as another one.
    public func readBehindEnd(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk {
        guard offset >= 0, limit > 0, SafeName.isResourceID(object.identity) else {
            throw SourceError(.rejected, detail: "readFile cannot be asked for \(limit) bytes from \(offset) on")
        }
        return try await asking { () async throws(FimidaraFailure) in
            let response = try await client.openWhole(file: object.identity, receiving: offset + Int64(limit))
            return try await client.receiving { () async throws(FimidaraFailure) in
                try await WholeRead(response).receive(from: offset, limit: limit)
            }
        }
    }

    /// How many folders are looked into: enough to name them, and few enough for somebody who waits.
    private static let folderLimit = 100

    /// Names the files in folders within the folder, level by level, and folders that were not looked into.
    public func listFolders(_ visit: ([ForeignEntry]) -> Bool) async throws(SourceError) {
        guard let place = try await asking({ () async throws(FimidaraFailure) in try await client.folder(at: folder) })
        else { return }
        var waiting = [(id: place.resourceId, path: "")]
        var looked = 0
        while !waiting.isEmpty {
            let (id, path) = waiting.removeFirst()
            let inner = try await subfolders(of: id)
            looked += 1
            if !path.isEmpty {
                let files = try await files(of: id)
                var entries = files.map {
                    ForeignEntry(name: path + $0.fullName, size: max(0, $0.size), reason: .inFolder)
                }
                // More than a page of files, and folders without files, are named by their folder.
                if files.isEmpty || files.count == client.settings.pageSize {
                    entries.append(ForeignEntry(name: path, size: 0, reason: .inFolder))
                }
                guard visit(entries) else { return }
            }
            for folder in inner {
                guard looked + waiting.count < FimidaraObjectSource.folderLimit else {
                    guard visit([ForeignEntry(name: "\(path)\(folder.name)/", size: 0, reason: .inFolder)]) else {
                        return
                    }
                    continue
                }
                waiting.append((folder.resourceId, "\(path)\(folder.name)/"))
            }
        }
    }

    /// The first page of the folders in a folder.
    private func subfolders(of id: String) async throws(SourceError) -> [FolderWire.Subfolder] {
        var question = FolderWire.Listing(folderId: id, page: 0, pageSize: client.settings.pageSize)
        question.contentType = "folder"
        let asked = question
        return try await asking { () async throws(FimidaraFailure) in
            try await client.call(.listFolderContent, asked, answer: FolderWire.SubfolderPage.self).folders
                .filter { $0.parentId == id && SafeName.isResourceID($0.resourceId) }
        }
    }

    /// The first page of the files in a folder, those whose first upload is not complete left out.
    private func files(of id: String) async throws(SourceError) -> [FolderWire.File] {
        let question = FolderWire.Listing(folderId: id, page: 0, pageSize: client.settings.pageSize)
        return try await asking { () async throws(FimidaraFailure) in
            try await client.call(.listFolderContent, question, answer: FolderWire.Page.self).files
                .filter { $0.parentId == id && $0.version >= 1 }
        }
    }

    /// What a page says about the listing: the last one has neither list full, a stale one has only known files.
    private enum PageKind { case last, stale, fresh }

    private func page(
        _ number: Int, _ catalog: inout FileCatalog
    ) async throws(SourceError) -> (ObjectPage, PageKind) {
        let size = client.settings.pageSize
        let known = catalog.count
        let question = FolderWire.Listing(folderId: catalog.folder, page: number, pageSize: size)
        do {
            let answer = try await client.call(.listFolderContent, question, answer: FolderWire.Page.self)
            let page = try catalog.take(answer.files)
            if answer.files.count < size, (answer.folders?.count ?? 0) < size { return (page, .last) }
            return (page, answer.files.isEmpty || catalog.count > known ? .fresh : .stale)
        } catch {
            throw SourceError(error)
        }
    }

    private func asking<Value>(
        _ work: () async throws(FimidaraFailure) -> Value
    ) async throws(SourceError) -> Value {
        do { return try await work() } catch { throw SourceError(error) }
    }
}
