import BlockingExecutor
import Digests
import Glibc
public import LogIngestion
public import LogModel

/// What came through a pipe, kept in a file without a name while it is taken.
///
/// The object is named by the SHA-256 of its bytes, of which 128 bits are kept: the same bytes are the same object, so a
/// repeat brings nothing and a stopped one goes on. Other bytes are another object, even if they begin with the same ones.
public struct SpooledInput: ObjectSource {
    /// `files:<node id>`, as that of files of this machine.
    public let id: SourceID
    /// The object.
    public let object: SourceObject
    private let file: OpenSpool
    private let threads: BlockingThreads

    /// What stands in front of the digest in the object's name; no path of a file begins with it.
    private static let prefix = "stdin:"

    /// Whether an object of this machine's files is named as one that came through a pipe.
    static func isName(_ key: ObjectKey) -> Bool { key.text.utf8.starts(with: prefix.utf8) }

    /// How many bytes are held at a time.
    private static let pieceBytes = 1 << 20

    /// Receives everything up to the end of a descriptor.
    /// - Parameters:
    ///   - descriptor: what to read; it is not closed.
    ///   - folder: where the bytes are kept meanwhile.
    ///   - node: the machine's node id.
    /// - Returns: what was received.
    /// - Throws: ``SourceError`` when the descriptor cannot be read or the folder has no room.
    public static func receive(from descriptor: Int32, into folder: String, node: String) async throws -> SpooledInput {
        let threads = BlockingThreads(name: "stdin", count: 1)
        let (file, size, digest) = try await threads.run { try spool(descriptor, into: folder) }
        let object = SourceObject(key: ObjectKey(prefix + digest), identity: digest, size: size, isFinal: true)
        return SpooledInput(id: .files(of: node), object: object, file: file, threads: threads)
    }

    /// Shows the one object, unless it is empty.
    public func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        if object.size > 0 { try await visit(ObjectPage(objects: [object])) }
    }

    /// Reads a range.
    public func read(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk {
        do {
            let bytes = try await threads.run { try file.read(from: offset, limit: limit) }
            return ObjectChunk(offset: offset, bytes: bytes, size: object.size)
        } catch let error as SourceError {
            throw error
        } catch {
            throw SourceError(.unavailable, detail: "standard input: \(error)")
        }
    }

    /// None: a file has one size.
    public func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }

    /// What an error of reading standard input is: only what may pass is worth another attempt.
    private static func failure(_ code: Int32) -> SourceError {
        switch code {
        case EBADF: SourceError(.rejected, detail: "standard input is closed: give a file, or a pipe to read from")
        case EISDIR: SourceError(.rejected, detail: "standard input is a folder: give a file, or a pipe to read from")
        case EINVAL: SourceError(.rejected, detail: "standard input cannot be read: give a file, or a pipe")
        default: OpenSpool.failure("standard input", code)
        }
    }

    private static func spool(_ descriptor: Int32, into folder: String) throws -> (OpenSpool, Int64, String) {
        let file = try OpenSpool(in: folder)
        var hash = SHA256()
        var size: Int64 = 0
        while true {
            let piece = try unsafe [UInt8](unsafeUninitializedCapacity: pieceBytes) { buffer, count in
                while true {
                    let got = unsafe Glibc.read(descriptor, buffer.baseAddress, pieceBytes)
                    if got < 0, errno == EINTR { continue }
                    guard got >= 0 else { throw SpooledInput.failure(errno) }
                    count = got
                    return
                }
            }
            guard !piece.isEmpty else { break }
            hash.update(piece.span)
            try file.append(piece)
            size += Int64(piece.count)
        }
        return (file, size, base16(Array(hash.finalize().prefix(16))))
    }
}

/// A file that has no name, so that nothing of it is left however the process ends.
private final class OpenSpool: Sendable {
    private let descriptor: Int32
    private let folder: String

    init(in folder: String) throws {
        self.folder = folder
        var path = Array("\(folder)/stdin-XXXXXX".utf8CString)
        let descriptor = unsafe path.withUnsafeMutableBufferPointer { path in
            guard let base = path.baseAddress else { return Int32(-1) }
            let opened = unsafe mkstemp(base)
            guard opened >= 0 else { return opened }
            unsafe unlink(base)
            _ = fcntl(opened, F_SETFD, FD_CLOEXEC)
            return opened
        }
        guard descriptor >= 0 else { throw OpenSpool.failure("standard input cannot be kept in \(folder)", errno) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func append(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes[start...].withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw OpenSpool.failure("standard input cannot be kept in \(folder)", errno) }
            start += count
        }
    }

    func read(from offset: Int64, limit: Int) throws -> [UInt8] {
        try unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let got = unsafe pread(
                    descriptor, buffer.baseAddress?.advanced(by: count), limit - count, off_t(offset) + count)
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw OpenSpool.failure("standard input", errno) }
                if got == 0 { break }
                count += got
            }
        }
    }

    static func failure(_ words: String, _ code: Int32) -> SourceError {
        SourceError(.unavailable, detail: unsafe "\(words): \(String(cString: strerror(code)))")
    }
}
