internal import BlockingExecutor
internal import Glibc

/// The bytes of all files, each under its own id in a fan-out of two levels.
///
/// All calls block.
struct BlobStore: Sendable {
    private let directory: String
    private let calls: DiskCalls
    /// Folders whose entries are known to survive a crash.
    private let durableFolders = Locked<Set<String>>([])

    /// Makes `blobs` in a directory if it is not there.
    init(in parent: String, calls: DiskCalls) throws {
        directory = "\(parent)/blobs"
        self.calls = calls
        try ensureFolder(directory, in: parent)
    }

    /// Makes an empty blob whose entry survives a crash.
    func create(_ blob: BlobID) throws -> OpenFile {
        let (outer, inner) = blob.folders
        let outerFolder = "\(directory)/\(outer)"
        let innerFolder = "\(outerFolder)/\(inner)"
        try ensureFolder(outerFolder, in: directory)
        try ensureFolder(innerFolder, in: outerFolder)
        let file = try OpenFile(path(of: blob), flags: O_RDWR | O_CREAT | O_EXCL, calls: calls)
        do {
            try syncFolder(innerFolder)
        } catch {
            try? remove(blob)
            throw error
        }
        return file
    }

    /// Opens a blob, or gives `nil` when it is not there.
    func open(_ blob: BlobID, forWriting: Bool = false) throws -> OpenFile? {
        do {
            return try OpenFile(path(of: blob), flags: forWriting ? O_RDWR : O_RDONLY, calls: calls)
        } catch let failure as IOFailure where failure.code == ENOENT {
            return nil
        }
    }

    /// Removes a blob if it is there.
    ///
    /// Whoever has it open goes on reading.
    func remove(_ blob: BlobID) throws {
        guard unsafe unlink(path(of: blob)) == 0 || errno == ENOENT else { throw IOFailure("unlink") }
    }

    /// Removes all blobs but those to keep, and tells how many those were.
    func sweep(keeping kept: Set<BlobID>) throws -> Int {
        var removed = 0
        for outer in try BlobStore.entries(of: directory) where outer.utf8.count == 2 {
            for inner in try BlobStore.entries(of: "\(directory)/\(outer)") where inner.utf8.count == 2 {
                for name in try BlobStore.entries(of: "\(directory)/\(outer)/\(inner)") {
                    guard let blob = BlobID(name), !kept.contains(blob) else { continue }
                    try remove(blob)
                    removed += 1
                }
            }
        }
        return removed
    }

    /// Bytes that the disk has left for this process.
    func freeBytes() throws -> Int64 { try calls.room(directory) }

    /// Makes sure that the disk has room for more bytes.
    /// - Throws: a failure with status 503 when fewer than `kept` bytes would stay free.
    func requireRoom(for count: Int64, keeping kept: Int64) throws {
        guard try freeBytes() - kept >= count else { throw StorageFailure.diskFull }
    }

    private func path(of blob: BlobID) -> String {
        let (outer, inner) = blob.folders
        return "\(directory)/\(outer)/\(inner)/\(blob)"
    }

    /// Makes a folder that only its owner may enter, unless it is there.
    private static func makeFolder(_ path: String) throws {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw IOFailure("mkdir") }
    }

    /// Makes the folder of a whole store, so that it survives a crash.
    static func makeDirectory(_ path: String, calls: DiskCalls) throws {
        try makeFolder(path)
        try OpenFile("\(path)/..", flags: O_RDONLY | O_DIRECTORY, calls: calls).sync()
    }

    /// Makes a folder that survives a crash.
    ///
    /// The lock is held meanwhile: whoever finds the folder made by another must not go on before it is durable.
    private func ensureFolder(_ path: String, in parent: String) throws {
        try durableFolders.withLock { folders in
            guard !folders.contains(path) else { return }
            try BlobStore.makeFolder(path)
            try syncFolder(parent)
            folders.insert(path)
        }
    }

    private func syncFolder(_ path: String) throws {
        try OpenFile(path, flags: O_RDONLY | O_DIRECTORY, calls: calls).sync()
    }

    private static func entries(of folder: String) throws -> [String] {
        guard let stream = unsafe opendir(folder) else {
            // A stray file beside the folders is none of ours.
            guard errno == ENOTDIR else { throw IOFailure("opendir") }
            return []
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
