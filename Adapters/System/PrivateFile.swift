import Glibc
public import LogModel

/// Files and folders that only their owner may read, from the moment that they are made.
///
/// The mode is given to the call that makes a file; a mode that is set afterwards comes too late, since whoever has the
/// file open keeps it. All calls block for as long as a disk does.
public enum PrivateFile {
    /// What was read, and what the file system says of it.
    public struct Contents: Sendable {
        /// The bytes.
        public let bytes: [UInt8]
        /// What the file is.
        public let facts: FileFacts
    }

    /// Reads a small file.
    /// - Parameters:
    ///   - path: where it is.
    ///   - limit: most bytes; a larger file is an error.
    ///   - followsLinks: whether `path` may be a symbolic link, as names of mounted secrets are.
    /// - Returns: `nil` when there is nothing at the path.
    /// - Throws: ``FileTrouble``.
    public static func read(
        _ path: String, upTo limit: Int, followsLinks: Bool
    ) throws(FileTrouble) -> Contents? {
        // Opening a pipe would wait for whoever writes it.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followsLinks ? 0 : O_NOFOLLOW)
        let file = open(path, flags)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw errno == ELOOP && !followsLinks
                ? FileTrouble("\(path) is a symbolic link") : FileTrouble(path, "cannot be read")
        }
        defer { Glibc.close(file) }
        let facts = try facts(of: file, path)
        guard facts.kind == .file else { throw FileTrouble("\(path) is no regular file") }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileTrouble(path, "cannot be read") }
            if count == 0 { return Contents(bytes: bytes, facts: facts) }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw FileTrouble("\(path) has more than \(limit) bytes") }
        }
    }

    /// Makes a file of mode 0600, and returns when the disk has its bytes.
    /// - Returns: `false` when there is something at the path already.
    /// - Throws: ``FileTrouble``; then there is no file.
    @discardableResult
    public static func create(_ path: String, _ bytes: [UInt8]) throws(FileTrouble) -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            if errno == EEXIST { return false }
            throw FileTrouble(path, "cannot be made")
        }
        defer { Glibc.close(file) }
        do throws(FileTrouble) {
            // A umask that takes rights from the owner would leave a file that we cannot read ourselves.
            guard fchmod(file, 0o600) == 0 else { throw FileTrouble(path, "cannot be made") }
            try write(bytes, to: file, path)
            guard fsync(file) == 0 else { throw FileTrouble(path, "cannot be written") }
        } catch {
            unlink(path)
            throw error
        }
        return true
    }

    /// Puts a file of mode 0600 in the place of whatever file is there, as a whole.
    /// - Throws: ``FileTrouble``; then the former file is left.
    public static func replace(_ path: String, _ bytes: [UInt8]) throws(FileTrouble) {
        let draft = draft(of: path)
        guard try create(draft, bytes) else { throw FileTrouble("\(draft) is there already: remove it") }
        guard rename(draft, path) == 0 else {
            let trouble = FileTrouble(path, "cannot be replaced")
            unlink(draft)
            throw trouble
        }
        synchronizeFolder(of: path)
    }

    /// Makes a file of mode 0600 with all of its bytes at once: nobody sees it half written.
    /// - Returns: `false` when there is something at the path already.
    /// - Throws: ``FileTrouble``.
    public static func appear(_ path: String, _ bytes: [UInt8]) throws(FileTrouble) -> Bool {
        let draft = draft(of: path)
        guard try create(draft, bytes) else { throw FileTrouble("\(draft) is there already: remove it") }
        defer { unlink(draft) }
        // A link does not replace a file that another process has made meanwhile.
        guard link(draft, path) == 0 else {
            if errno == EEXIST { return false }
            throw FileTrouble(path, "cannot be made")
        }
        synchronizeFolder(of: path)
        return true
    }

    /// Makes an empty file of mode 0600 unless it is there.
    ///
    /// For files that a library opens afterwards: SQLite gives its own files beside a database the database's mode.
    /// - Throws: ``FileTrouble``; for a symbolic link to nothing too, whose file the library would make by itself, with
    ///   the rights that the umask leaves.
    public static func prepare(_ path: String) throws(FileTrouble) {
        if try create(path, []) {
            synchronizeFolder(of: path)
        } else if isDanglingLink(path) {
            throw FileTrouble("\(path) is a symbolic link to nothing")
        }
    }

    /// Whether a path is a symbolic link that leads to nothing.
    public static func isDanglingLink(_ path: String) -> Bool {
        guard isLink(path) else { return false }
        var found = stat()
        return stat(path, &found) != 0 && errno == ENOENT
    }

    /// The files of a SQLite database: itself, and what SQLite keeps beside it and reads as part of it.
    ///
    /// SQLite follows a symbolic link, and keeps its files beside the file that the link leads to.
    public static func databaseFiles(_ path: String) -> [String] {
        var databases = [path]
        if isLink(path), let real = realpath(path, nil) {
            databases.append(String(cString: real))
            free(real)
        }
        return databases.flatMap { [$0, $0 + "-wal", $0 + "-shm", $0 + "-journal"] }
    }

    private static func isLink(_ path: String) -> Bool {
        var found = stat()
        return lstat(path, &found) == 0 && found.st_mode & S_IFMT == S_IFLNK
    }

    /// Takes others' rights from a SQLite database that is this user's own, and from SQLite's files beside it.
    ///
    /// Only a file that was opened as a store may be given: the rights of a file that was named by mistake, such as
    /// `/etc/passwd`, are nobody's business here.
    public static func closeDatabase(_ path: String) {
        for file in databaseFiles(path) {
            var found = stat()
            guard lstat(file, &found) == 0, found.st_mode & S_IFMT == S_IFREG, found.st_uid == geteuid(),
                found.st_mode & 0o077 != 0
            else { continue }
            // Without opening it: closing a descriptor would end this process's locks on it (fcntl(2)). What cannot be
            // changed, as on a read-only mount, is used as it is.
            _ = fchmodat(AT_FDCWD, file, 0o600, AT_SYMLINK_NOFOLLOW)
        }
    }

    /// Takes others' rights from a file that is this user's own.
    public static func close(_ path: String) { _ = fchmodat(AT_FDCWD, path, 0o600, AT_SYMLINK_NOFOLLOW) }

    /// Whether this process may write a file, as far as rights go.
    public static func isWritable(_ path: String) -> Bool { faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 }

    /// What the file system says of a path.
    /// - Returns: `nil` when there is nothing.
    /// - Throws: ``FileTrouble``.
    public static func facts(_ path: String, followsLinks: Bool = true) throws(FileTrouble) -> FileFacts? {
        var found = stat()
        guard (followsLinks ? stat(path, &found) : lstat(path, &found)) == 0 else {
            if errno == ENOENT { return nil }
            throw FileTrouble(path, "cannot be looked at")
        }
        return FileFacts(found, isReadOnly: false)
    }

    private static func facts(of file: Int32, _ path: String) throws(FileTrouble) -> FileFacts {
        var found = stat()
        guard fstat(file, &found) == 0 else { throw FileTrouble(path, "cannot be looked at") }
        var system = statvfs()
        let isReadOnly = fstatvfs(file, &system) == 0 && system.f_flag & UInt(ST_RDONLY) != 0
        return FileFacts(found, isReadOnly: isReadOnly)
    }

    private static func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws(FileTrouble) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileTrouble(path, "cannot be written") }
            rest = rest.dropFirst(count)
        }
    }

    private static func draft(of path: String) -> String { "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max))" }

    /// Returns when the disk has the names in a file's folder, where the file system can be asked for that.
    private static func synchronizeFolder(of path: String) {
        PrivateFolder.synchronize(PrivateFolder.parent(of: path))
    }
}

/// Folders that only their owner may enter, from the moment that they are made.
public enum PrivateFolder {
    /// Makes a folder of mode 0700 and the folders above it that are missing.
    /// - Returns: whether it was made; `false` when there was one.
    /// - Throws: ``FileTrouble``.
    @discardableResult
    public static func make(_ path: String) throws(FileTrouble) -> Bool {
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        if mkdir(trimmed, 0o700) == 0 {
            // The umask must not keep the owner out.
            _ = chmod(trimmed, 0o700)
            return true
        }
        switch errno {
        case EEXIST:
            guard let facts = try PrivateFile.facts(trimmed) else {
                throw FileTrouble("\(path) is a symbolic link to nothing")
            }
            guard facts.kind == .folder else { throw FileTrouble("\(path) is there and is no folder") }
            return false
        case ENOENT:
            let parent = parent(of: trimmed)
            guard parent != "/", parent != "." else { break }
            try make(parent)
            guard mkdir(trimmed, 0o700) == 0 || errno == EEXIST else { break }
            _ = chmod(trimmed, 0o700)
            return true
        default: break
        }
        throw FileTrouble(path, "cannot be made")
    }

    /// The folder that a path lies in, by the path alone: `.` for a bare name.
    public static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether this process may make files in a folder, as far as rights go.
    public static func isWritable(_ path: String) -> Bool {
        faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0 && !isOfKernel(path)
    }

    /// Whether a folder is one of those in which the kernel shows its own state, which take nobody's files.
    ///
    /// Rights say nothing there: the superuser has them all.
    private static func isOfKernel(_ path: String) -> Bool {
        func device(_ path: String) -> dev_t? {
            var found = stat()
            return stat(path, &found) == 0 ? found.st_dev : nil
        }
        guard let here = device(path), here != device("/") else { return false }
        return ["/proc", "/sys", "/sys/fs/cgroup", "/dev/pts"].contains { device($0) == here }
    }

    /// Returns when the disk has the names in a folder.
    ///
    /// Not every file system can be asked for that, and a parent folder need not be ours to open.
    public static func synchronize(_ path: String) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}

/// The user of this process.
public enum ProcessUser {
    /// Its id, the one that rights go by.
    public static var id: UInt32 { geteuid() }
}

/// Why a file or a folder cannot be used: its path and what the system says.
public struct FileTrouble: Error, Sendable, CustomStringConvertible {
    /// What is wrong, without what to do.
    public let description: String
    /// The system's number of the error; `nil` when it is no error of the system.
    public let code: Int32?

    /// Whether there is no room on the disk, or none that this user may have.
    public var isLackOfRoom: Bool { code == ENOSPC || code == EDQUOT }

    /// The error of the last call.
    init(_ path: String, _ what: String) {
        let code = errno
        self.code = code
        description = "\(path) \(what): \(String(cString: strerror(code)))"
    }

    init(_ description: String) { self.init(words: description) }

    /// A trouble that is none of the system's.
    public init(words: String) {
        description = words
        code = nil
    }
}

extension FileFacts {
    fileprivate init(_ found: stat, isReadOnly: Bool) {
        let kind: Kind =
            switch found.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .other
            }
        self.init(kind: kind, owner: found.st_uid, mode: found.st_mode & 0o7777, isReadOnly: isReadOnly)
    }
}
