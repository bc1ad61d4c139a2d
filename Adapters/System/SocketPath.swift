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

    deinit { if let folder { close(folder) } }
}
