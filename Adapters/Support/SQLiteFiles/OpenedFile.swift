import Glibc

/// A database file that is open, by what the kernel knows it by.
///
/// A process goes on writing into a file that was deleted or replaced, and all that it writes is gone with the process.
public struct OpenedFile: Sendable {
    private let path: String
    private let identity: Identity

    private struct Identity: Hashable {
        let device: dev_t
        let inode: ino_t

        init?(_ path: String) {
            var found = stat()
            guard stat(path, &found) == 0 else { return nil }
            (device, inode) = (found.st_dev, found.st_ino)
        }
    }

    /// Remembers the file at a path, right after it was opened; `nil` for what has none, such as a database in memory.
    public init?(_ path: String) {
        guard let identity = Identity(path) else { return nil }
        self.path = path
        self.identity = identity
    }

    /// Makes sure that the path still leads to the file; one call of the system.
    /// - Throws: ``FileLost``.
    public func demand() throws(FileLost) {
        guard Identity(path) == identity else { throw FileLost(path: path) }
    }
}

/// The path of an open database leads to another file by now, or to none.
public struct FileLost: Error, Sendable, CustomStringConvertible {
    /// The path.
    public let path: String

    /// What happened, and what to do.
    public var description: String {
        "the file was deleted or replaced while this process had it open, and nothing is written to it any more: put it back "
            + "if it was moved, or restore it, and restart the process"
    }
}
