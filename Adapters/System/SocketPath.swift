import Glibc

/// The path of a Unix domain socket in a folder, short enough for the system whatever the folder's path is.
///
/// An address of the system has room for 107 bytes (unix(7)). Where the folder's path leaves too little of them, the
/// folder is kept open and named by its descriptor.
public final class SocketPath: Sendable {
    /// What to bind or to connect to, as long as this value lives.
    public let text: String
    private let folder: Int32?

    /// Most bytes of a path in an address of the system.
    static let limit = 107

    /// Finds a path that fits.
    /// - Throws: ``FileTrouble`` when the folder must be opened and cannot be.
    public init(_ name: String, in folder: String) throws(FileTrouble) {
        let plain = folder + "/" + name
        guard plain.utf8.count > SocketPath.limit else {
            text = plain
            self.folder = nil
            return
        }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTrouble(folder, "cannot be opened") }
        self.folder = descriptor
        text = "/proc/self/fd/\(descriptor)/\(name)"
    }

    /// What is where a socket would be made and keeps it from being made, in words; `nil` when nothing does.
    ///
    /// A socket keeps none from being made: it is taken for one that an earlier process has left, and replaced.
    /// - Throws: ``FileTrouble``.
    public static func obstacle(at path: String) throws(FileTrouble) -> String? {
        var found = stat()
        guard lstat(path, &found) == 0 else {
            if errno == ENOENT { return nil }
            throw FileTrouble(path, "cannot be looked at")
        }
        switch found.st_mode & S_IFMT {
        case S_IFSOCK: return nil
        case S_IFLNK: return "a symbolic link"
        case S_IFDIR: return "a folder"
        default: return "a file"
        }
    }

    deinit { if let folder { close(folder) } }
}
