public import LogIngestion
import LogModel

/// Folders of append-only files in memory, with the failures of a real file store on demand.
public actor InMemoryFileStore {
    /// A file as it is kept.
    struct File {
        var bytes: [UInt8]
        var identity: String
        var isFinal = false
        /// Goes up with each change of the bytes.
        var version = 1
        /// Bytes that the place keeps behind the end that it shows.
        var hidden: [UInt8] = []

        mutating func change(_ work: (inout [UInt8]) -> Void) {
            work(&bytes)
            version += 1
        }
    }

    /// By name: keys compare bytes, as file systems do and texts do not.
    var folders: [String: [ObjectKey: File]] = [:]
    var listings: [String: Listing] = [:]
    var faults: [ObjectKey: [ReadFault]] = [:]
    var lasting: [ObjectKey: SourceError] = [:]
    var stalled: [Int: CheckedContinuation<Bool, Never>] = [:]
    var removalFailure: SourceError?
    var changes: [ObjectKey: [@Sendable (inout [UInt8]) -> Void]] = [:]
    var requests: [ReadRequest] = []
    private var lastIdentity = 0
    private var lastStall = 0
    private var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    /// A store without folders.
    public init() {}

    /// How a folder is listed.
    public struct Listing: Sendable {
        /// How many entries a page has.
        public var pageSize = 1000
        /// What the order of the entries follows from; `nil` lists them by name.
        public var shuffleSeed: UInt64?
        /// Whether every page is shown twice, as a listing does that shifts under its reader.
        public var repeatsPages = false
        /// What ends the listing after some pages.
        public var failure: (pages: Int, error: SourceError)?

        /// Pages of 1000 in the order of names.
        public init() {}
    }

    /// What one read does wrong.
    public enum ReadFault: Sendable {
        /// It fails.
        case fail(SourceError)
        /// It gives so many bytes at most.
        case short(Int)
        /// It gives no byte, as a storage does whose back end fails behind a status of 200.
        case empty
        /// It answers when ``InMemoryFileStore/resumeReads()`` is called, or fails when its task is cancelled.
        case stall
    }

    // MARK: - Files

    /// Appends to a file, which is made when it is missing.
    public func append(_ text: String, to name: String, in folder: String) {
        append(Array(text.utf8), to: name, in: folder)
    }

    /// Appends to a file, which is made when it is missing.
    public func append(_ bytes: [UInt8], to name: String, in folder: String) {
        let made = File(bytes: [], identity: nextIdentity(), version: 0)
        folders[folder, default: [:]][ObjectKey(name), default: made].change { $0 += bytes }
    }

    /// Puts another file in the place of one, with an identity of its own.
    public func replace(_ name: String, in folder: String, with bytes: [UInt8]) {
        folders[folder, default: [:]][ObjectKey(name)] = File(bytes: bytes, identity: nextIdentity())
    }

    /// Changes a file's bytes behind its identity, as an editor does or a copy-and-truncate rotation.
    public func rewrite(_ name: String, in folder: String, with bytes: [UInt8]) {
        folders[folder]?[ObjectKey(name)]?.change { $0 = bytes }
    }

    /// Cuts a file behind its first `size` bytes.
    public func truncate(_ name: String, in folder: String, to size: Int) {
        folders[folder]?[ObjectKey(name)]?.change { $0 = Array($0.prefix(size)) }
    }

    /// Removes a file.
    public func remove(_ name: String, in folder: String) { folders[folder]?[ObjectKey(name)] = nil }

    /// Says that a file never grows again.
    public func makeFinal(_ name: String, in folder: String) { folders[folder]?[ObjectKey(name)]?.isFinal = true }

    /// The bytes of a file.
    public func bytes(of name: String, in folder: String) -> [UInt8]? { folders[folder]?[ObjectKey(name)]?.bytes }

    /// The names of a folder's files, in order.
    public func names(in folder: String) -> [String] { (folders[folder] ?? [:]).keys.sorted().map(\.text) }

    // MARK: - Failures

    /// Sets which bytes are kept behind the end that a file shows, where reads of ranges do not reach.
    public func hide(_ bytes: [UInt8], behind name: String, in folder: String) {
        folders[folder]?[ObjectKey(name)]?.hidden = bytes
    }

    /// Lets a file's bytes change right after the next reads of it, a change each.
    public func change(_ name: String, afterReads next: [@Sendable (inout [UInt8]) -> Void]) {
        changes[ObjectKey(name), default: []] += next
    }

    /// Sets how a folder is listed from now on.
    public func setListing(_ listing: Listing, of folder: String) { listings[folder] = listing }

    /// Lets the next reads of a file go wrong, one fault each.
    public func inject(_ next: [ReadFault], into name: String) { faults[ObjectKey(name), default: []] += next }

    /// Lets every read of a file fail, or none when `error` is `nil`.
    public func setFailure(_ error: SourceError?, of name: String) { lasting[ObjectKey(name)] = error }

    /// Lets every removal by ``InMemoryObjectDisposal`` fail, or none when `error` is `nil`.
    public func setRemovalFailure(_ error: SourceError?) { removalFailure = error }

    /// A range that was asked for.
    public struct ReadRequest: Sendable, Hashable {
        /// The file.
        public let name: String
        /// Position of the first byte.
        public let offset: Int64
        /// How many bytes at most.
        public let limit: Int
    }

    /// What was asked for so far, in order.
    public var reads: [ReadRequest] { requests }

    /// Lets stalled reads go on.
    public func resumeReads() {
        let waiting = stalled.values
        stalled = [:]
        for continuation in waiting { continuation.resume(returning: true) }
    }

    /// Returns when at least `count` reads stall.
    public func waitForStalledReads(_ count: Int = 1) async {
        guard stalled.count < count else { return }
        await withCheckedContinuation { watchers.append((count, $0)) }
    }

    /// Waits until reads are resumed.
    /// - Returns: `false` when the task was cancelled meanwhile.
    func stall() async -> Bool {
        lastStall += 1
        let id = lastStall
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { return continuation.resume(returning: false) }
                stalled[id] = continuation
                for watcher in watchers where watcher.count <= stalled.count { watcher.continuation.resume() }
                watchers.removeAll { $0.count <= stalled.count }
            }
        } onCancel: {
            Task { await self.abandon(id) }
        }
    }

    private func abandon(_ id: Int) {
        stalled.removeValue(forKey: id)?.resume(returning: false)
    }

    private func nextIdentity() -> String {
        lastIdentity += 1
        return "file-\(lastIdentity)"
    }
}
