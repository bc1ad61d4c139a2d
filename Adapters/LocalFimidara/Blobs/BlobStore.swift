internal import Glibc

/// The bytes of all files, each under its own id in a fan-out of two levels.
///
/// All calls block.
struct BlobStore: Sendable {
    private let directory: String

    /// Makes the directory if it is not there.
    init(directory: String) throws {
        self.directory = directory
        try BlobStore.makeFolder(directory)
    }

    /// Makes an empty blob whose entry survives a crash.
    func create(_ blob: BlobID) throws -> OpenFile {
        let (outer, inner) = blob.folders
        let outerFolder = "\(directory)/\(outer)"
        let innerFolder = "\(outerFolder)/\(inner)"
        if try BlobStore.makeFolder(outerFolder) { try BlobStore.syncFolder(directory) }
        if try BlobStore.makeFolder(innerFolder) { try BlobStore.syncFolder(outerFolder) }
        let file = try OpenFile(path(of: blob), flags: O_RDWR | O_CREAT | O_EXCL)
        try BlobStore.syncFolder(innerFolder)
        return file
    }

    /// Opens a blob, or gives `nil` when it is not there.
    func open(_ blob: BlobID, forWriting: Bool = false) throws -> OpenFile? {
        do {
            return try OpenFile(path(of: blob), flags: forWriting ? O_RDWR : O_RDONLY)
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

    private func path(of blob: BlobID) -> String {
        let (outer, inner) = blob.folders
        return "\(directory)/\(outer)/\(inner)/\(blob)"
    }

    /// Makes a folder that only its owner may enter, and tells whether it was not there before.
    @discardableResult
    static func makeFolder(_ path: String) throws -> Bool {
        if unsafe mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw IOFailure("mkdir") }
        return false
    }

    private static func syncFolder(_ path: String) throws {
        try OpenFile(path, flags: O_RDONLY | O_DIRECTORY).sync()
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
