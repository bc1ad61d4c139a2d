import Foundation
import Glibc

/// A disk that remembers what it was told to keep: contents of files and names in folders that were synchronised.
///
/// A program writes to it by real calls below a folder; it notes at each call what a crash at that moment would leave.
/// What is not told of here, the making and cutting of files, counts as done and not kept.
public final class ForgetfulDisk: @unchecked Sendable {
    // @unchecked: everything that changes is touched with `lock` held.
    private let lock = NSLock()
    private let root: String
    private var kept: Kept
    private var moments: [Remains] = []
    /// Asked at each moment for what was promised by then.
    private let promises: @Sendable () -> [String]

    /// What is certain to outlive a crash.
    struct Kept: Sendable {
        /// Paths below the root, with what the files held when they were last synchronised.
        var contents: [String: Data] = [:]
        /// Folders, with the names in them when they were last synchronised; the root's own name is in "..".
        var names: [String: Set<String>] = [:]
    }

    /// A disk below a folder, which need not be there yet.
    public convenience init(root: String, promises: @escaping @Sendable () -> [String] = { [] }) {
        self.init(root: root, kept: Kept(), promises: promises)
    }

    init(root: String, kept: Kept, promises: @escaping @Sendable () -> [String]) {
        self.root = root
        self.kept = kept
        self.promises = promises
    }

    /// What a crash would have left at each moment so far.
    public func takeMoments() -> [Remains] {
        lock.withLock {
            defer { moments = [] }
            return moments
        }
    }

    /// Writes in two halves, so that there is a moment between them.
    public func write(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>, at position: Int) -> Int {
        remember()
        let half = bytes.prefix(max(1, bytes.count / 2))
        let count = half.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(position)) }
        let code = errno
        remember()
        return count < 0 ? -Int(code) : count
    }

    /// Synchronises a file or a folder.
    public func sync(_ descriptor: Int32) -> Int32 {
        remember()
        guard fsync(descriptor) == 0 else { return errno }
        lock.withLock { keep(descriptor) }
        remember()
        return 0
    }

    /// Notes what a crash would leave now.
    public func remember() {
        lock.withLock { moments.append(Remains(kept: kept, present: Tree(root), promises: promises())) }
    }

    private func keep(_ descriptor: Int32) {
        var place = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/fd/\(descriptor)", &place, place.count)
        guard length > 0 else { return }
        let path = String(decoding: place[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if path == (root as NSString).deletingLastPathComponent {
            if FileManager.default.fileExists(atPath: root) { kept.names[".."] = ["root"] }
            return
        }
        guard path == root || path.hasPrefix(root + "/") else { return }
        let relative = String(path.dropFirst(root.count + 1))
        if let names = try? FileManager.default.contentsOfDirectory(atPath: path) {
            kept.names[relative] = Set(names)
        } else {
            kept.contents[relative] = FileManager.default.contents(atPath: path) ?? Data()
        }
    }
}

/// The files and folders below a folder.
struct Tree: Sendable {
    var files: [String: Data] = [:]
    var folders: Set<String> = []

    init(_ root: String) {
        guard let all = FileManager.default.enumerator(atPath: root) else { return }
        for case let path as String in all {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isFolder) else { continue }
            if isFolder.boolValue {
                folders.insert(path)
            } else {
                files[path] = FileManager.default.contents(atPath: root + "/" + path) ?? Data()
            }
        }
    }
}

/// What a crash leaves.
public struct Remains: Sendable {
    let kept: ForgetfulDisk.Kept
    let present: Tree
    /// What was promised by the moment of the crash.
    public let promises: [String]

    /// What becomes of that which was not synchronised.
    public enum Fate: Sendable, CaseIterable {
        /// All of it is gone: the worst power cut.
        case lost
        /// Of new bytes the first half is there, of new names all: a power cut in the middle of writing out.
        case torn
        /// All of it is there: a process was killed and the machine went on.
        case whole
    }

    /// Lays what is left into a folder that is not there yet.
    /// - Parameters:
    ///   - folder: where.
    ///   - fate: what becomes of what was not synchronised.
    ///   - untouched: files that look after themselves, by the beginnings of their paths.
    /// - Throws: what the file system says.
    public func lay(into folder: String, _ fate: Fate, untouched: String? = nil) throws {
        guard fate != .lost || kept.names[".."] != nil else { return }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for path in present.folders.sorted() where fate != .lost || isNamed(path) {
            try FileManager.default.createDirectory(atPath: folder + "/" + path, withIntermediateDirectories: true)
        }
        let vanished = Set(kept.contents.keys).subtracting(present.files.keys)
        for path in Set(present.files.keys).union(fate == .lost ? vanished : []) {
            let isUntouched = untouched.map { path.hasPrefix($0) } ?? false
            guard fate != .lost || isNamed(path) || isUntouched else { continue }
            let bytes = isUntouched ? present.files[path] ?? Data() : contents(of: path, fate)
            guard FileManager.default.createFile(atPath: folder + "/" + path, contents: bytes) else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
    }

    /// The same machine, which went on when the process was killed: a disk that has kept as much as this one.
    public func disk(at folder: String) throws -> ForgetfulDisk {
        try lay(into: folder, .whole)
        return ForgetfulDisk(root: folder, kept: kept, promises: { [] })
    }

    /// Whether the name and those of all folders above it were synchronised.
    private func isNamed(_ path: String) -> Bool {
        let parent = (path as NSString).deletingLastPathComponent
        let isHere = kept.names[parent]?.contains((path as NSString).lastPathComponent) == true
        return isHere && (parent.isEmpty || isNamed(parent))
    }

    private func contents(of path: String, _ fate: Fate) -> Data {
        let (old, new) = (kept.contents[path] ?? Data(), present.files[path] ?? Data())
        return switch fate {
        case .lost: old
        case .whole: new
        case .torn: new.count > old.count ? new.prefix(old.count + (new.count - old.count) / 2) : old
        }
    }
}
