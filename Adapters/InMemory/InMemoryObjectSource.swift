public import AppRegistry
public import LogIngestion
public import LogModel
import SeededNumbers

/// A folder of an ``InMemoryFileStore`` as a source of log lines, or as the files of a machine.
public struct InMemoryObjectSource: FileLookup {
    /// The name that was given, or `memory:` and the folder's name.
    public let id: SourceID
    private let store: InMemoryFileStore
    private let folder: String

    /// The source of a folder, which need not exist.
    public init(_ store: InMemoryFileStore, folder: String, id: SourceID? = nil) {
        self.store = store
        self.folder = folder
        self.id = id ?? SourceID("memory:\(folder)")
    }

    /// Finds a file of the folder.
    public func find(_ key: ObjectKey) async throws(SourceError) -> SourceObject? {
        await store.object(key, in: folder)
    }

    /// Shows every object of the folder, a page at a time.
    public func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        var start = 0
        var pages = 0
        while let page = try await store.page(of: folder, from: start, number: pages) {
            for _ in 0..<(page.repeats ? 2 : 1) { try await visit(page.page) }
            start = page.next
            pages += 1
        }
    }

    /// Reads a range of an object.
    public func read(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk {
        try await store.read(object, in: folder, from: offset, limit: limit)
    }

    /// What ``InMemoryFileStore/hide(_:behind:in:)`` says.
    public func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 {
        Int64(await store.folders[folder]?[object.key]?.hidden.count ?? 0)
    }

    /// Reads a range of an object and of what lies hidden behind it.
    public func readBehindEnd(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk {
        try await store.read(object, in: folder, from: offset, limit: limit, hiddenToo: true)
    }
}

/// The folder of each app: the one that has its id as a name.
public struct InMemoryAppSources: AppSources {
    private let store: InMemoryFileStore

    /// The folders of a store.
    public init(_ store: InMemoryFileStore) { self.store = store }

    /// The app's folder.
    public func source(of app: RegisteredApp) -> any ObjectSource {
        InMemoryObjectSource(store, folder: app.id.text)
    }
}

extension InMemoryFileStore {
    /// A page of a listing, and where the next one begins.
    struct ListedPage {
        let page: ObjectPage
        let next: Int
        let repeats: Bool
    }

    func page(of folder: String, from start: Int, number: Int) throws(SourceError) -> ListedPage? {
        let listing = listings[folder] ?? Listing()
        if let failure = listing.failure, number >= failure.pages { throw failure.error }
        let names = order(Array((folders[folder] ?? [:]).keys), by: listing.shuffleSeed)
        guard start < names.count else { return nil }
        let entries = names[start..<min(start + listing.pageSize, names.count)]
        let described = entries.compactMap { describe($0, in: folder) }
        let page = ObjectPage(
            objects: described.compactMap { try? $0.get() },
            foreign: described.compactMap { description in
                guard case .failure(let foreign) = description else { return nil }
                return foreign.entry
            })
        return ListedPage(page: page, next: start + entries.count, repeats: listing.repeatsPages)
    }

    /// Sorted by name, or shuffled as the seed says (Fisher and Yates).
    private func order(_ names: [ObjectKey], by seed: UInt64?) -> [ObjectKey] {
        var ordered = names.sorted()
        guard var numbers = seed.map(SplitMix64.init(seed:)) else { return ordered }
        for index in stride(from: ordered.count - 1, to: 0, by: -1) {
            ordered.swapAt(index, Int(numbers.next() % UInt64(index + 1)))
        }
        return ordered
    }

    /// An entry that nobody reads.
    private struct Foreign: Error {
        let entry: ForeignEntry
    }

    func object(_ key: ObjectKey, in folder: String) -> SourceObject? { try? describe(key, in: folder)?.get() }

    private func describe(_ key: ObjectKey, in folder: String) -> Result<SourceObject, Foreign>? {
        guard let file = folders[folder]?[key] else { return nil }
        let size = Int64(file.bytes.count)
        return LogFileName.read(key.text).map { parts in
            SourceObject(
                key: key, identity: file.identity, size: size, day: parts.day,
                fileIndex: parts.isSegment ? nil : parts.index, isFinal: file.isFinal || parts.isSegment,
                version: String(file.version))
        }.mapError { Foreign(entry: ForeignEntry(name: key.text, size: size, reason: $0.reason)) }
    }

    func read(
        _ object: SourceObject, in folder: String, from offset: Int64, limit: Int, hiddenToo: Bool = false
    ) async throws(SourceError) -> ObjectChunk {
        let name = object.key
        requests.append(ReadRequest(name: name.text, offset: offset, limit: limit))
        if let error = lasting[name] { throw error }
        var most = limit
        if faults[name]?.isEmpty == false, let fault = faults[name]?.removeFirst() {
            switch fault {
            case .fail(let error): throw error
            case .short(let count): most = min(limit, count)
            case .empty: most = 0
            case .stall:
                guard await stall() else { throw SourceError(.unavailable, detail: "the read was cancelled") }
            }
        }
        guard let file = folders[folder]?[name], file.identity == object.identity else {
            throw SourceError(.gone, detail: "there is no \(name)")
        }
        if changes[name]?.isEmpty == false, let change = changes[name]?.removeFirst() {
            folders[folder, default: [:]][name, default: file].change(change)
        }
        let all = hiddenToo ? file.bytes + file.hidden : file.bytes
        let start = min(Int(clamping: offset), all.count)
        let bytes = Array(all[start...].prefix(max(0, most)))
        return ObjectChunk(offset: offset, bytes: bytes, size: Int64(all.count))
    }
}
