import BlockingExecutor
import Glibc
public import LogIngestion
public import LogModel

/// Files of this machine, named one by one, each taken as it is now.
///
/// Another program may be writing a file: a last line without a newline counts once it is a whole JSON object.
///
/// An object is known by its real path and by device and inode number, so that a file of the same name put in its
/// place is another one. The name of the source holds the machine's node id, since paths mean something on one machine.
public struct LocalFileSource: FileLookup {
    /// `files:<node id>`.
    public let id: SourceID
    private let paths: [String]
    private let threads: BlockingThreads

    /// Files of a machine.
    /// - Parameters:
    ///   - paths: the files.
    ///   - node: the machine's node id.
    public init(paths: [String], node: String) {
        id = .files(of: node)
        self.paths = paths
        threads = BlockingThreads(name: "files", count: 2)
    }

    /// Shows the files, in pages of up to 100.
    public func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        for start in stride(from: 0, to: paths.count, by: 100) {
            let part = Array(paths[start..<min(start + 100, paths.count)])
            try await visit(ObjectPage(objects: threads.run { try part.map(LocalFile.describe) }))
        }
    }

    /// Finds the file at a path as it is now; what came through a pipe is not there any more.
    public func find(_ key: ObjectKey) async throws(SourceError) -> SourceObject? {
        guard !SpooledInput.isName(key) else { return nil }
        do {
            return try await threads.run { try LocalFile.describe(key.text) }
        } catch let error as SourceError {
            guard error.reason == .gone else { throw error }
            return nil
        } catch {
            throw SourceError(.unavailable, detail: "\(key): \(error)")
        }
    }

    /// Reads a range of a file.
    public func read(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk {
        do {
            return try await threads.run { try LocalFile.read(object, from: offset, limit: limit) }
        } catch let error as SourceError {
            throw error
        } catch {
            throw SourceError(.unavailable, detail: "\(object.key): \(error)")
        }
    }

    /// None: a file has one size.
    public func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }
}

/// The system calls on one file.
private enum LocalFile {
    static func describe(_ path: String) throws -> SourceObject {
        var facts = stat()
        guard let real = unsafe realpath(path, nil) else {
            let error = failure(path, errno)
            // The real path of a pipe that this process was given leads nowhere; the given one does.
            guard unsafe stat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFREG else { throw error }
            throw notRegular(path, facts)
        }
        defer { unsafe free(real) }
        let name = unsafe String(cString: real)
        guard unsafe stat(name, &facts) == 0 else { throw failure(path, errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw notRegular(path, facts) }
        return SourceObject(
            key: ObjectKey(name), identity: identity(facts), size: Int64(facts.st_size), takesWholeLastLine: true)
    }

    static func read(_ object: SourceObject, from offset: Int64, limit: Int) throws -> ObjectChunk {
        let path = object.key.text
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(path, errno) }
        defer { close(file) }
        var facts = stat()
        guard unsafe fstat(file, &facts) == 0 else { throw failure(path, errno) }
        guard identity(facts) == object.identity else {
            throw SourceError(.gone, detail: "\(path) is another file now")
        }
        // The size of the listing bounds what is read: what is appended later is taken the next time.
        let end = min(Int64(facts.st_size), max(object.size, offset))
        let wish = max(0, Int(min(Int64(limit), end - offset)))
        let bytes = try unsafe [UInt8](unsafeUninitializedCapacity: wish) { buffer, count in
            while count < wish {
                let got = unsafe pread(
                    file, buffer.baseAddress?.advanced(by: count), wish - count, off_t(offset) + count)
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw failure(path, errno) }
                if got == 0 { break }
                count += got
            }
        }
        return ObjectChunk(offset: offset, bytes: bytes, size: end)
    }

    private static func identity(_ facts: stat) -> String { "\(facts.st_dev):\(facts.st_ino)" }

    private static func notRegular(_ path: String, _ facts: stat) -> SourceError {
        let hint =
            switch facts.st_mode & S_IFMT {
            case S_IFDIR: ""
            case S_IFIFO: ": it is a pipe; - reads standard input"
            default: "; - reads standard input"
            }
        return SourceError(.rejected, detail: "\(path) is not a regular file\(hint)")
    }

    private static func failure(_ path: String, _ code: Int32) -> SourceError {
        let words = unsafe String(cString: strerror(code))
        switch code {
        case ENOENT, ENOTDIR: return SourceError(.gone, detail: "\(path): \(words)")
        case EACCES, EPERM: return SourceError(.forbidden, detail: "\(path): \(words)")
        // The same path will never do.
        case ELOOP, ENAMETOOLONG, EISDIR, EINVAL, ENXIO: return SourceError(.rejected, detail: "\(path): \(words)")
        default: return SourceError(.unavailable, detail: "\(path): \(words)")
        }
    }
}
