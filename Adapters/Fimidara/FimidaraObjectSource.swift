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
            if !page.objects.isEmpty || page.foreign > 0 { try await visit(page) }
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
            return try await wanted.receive(response)
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
        let whole = try await asking { () async throws(FimidaraFailure) in
            try await client.openWhole(file: object.identity)
        }
        guard whole.status == 200, (whole.headers["Content-Encoding"] ?? "identity") == "identity",
            let length = whole.headers["Content-Length"].flatMap({ Int64($0) }), length > object.size
        else { return 0 }
        let size = try await read(object, from: object.size, limit: 1).size
        return max(0, length - size)
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
