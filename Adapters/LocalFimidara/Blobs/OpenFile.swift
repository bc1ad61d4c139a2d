internal import Glibc

/// An open file; closed when the last one lets it go.
///
/// All calls block.
final class OpenFile: Sendable {
    private let descriptor: Int32
    private let calls: DiskCalls

    /// Opens a file.
    /// - Throws: ``IOFailure``.
    init(_ path: String, flags: Int32, calls: DiskCalls = .system) throws {
        self.calls = calls
        unsafe descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw IOFailure("open") }
    }

    /// Gives up a lock by name: a child of this process that has not come to its `exec` yet has a copy of the
    /// descriptor, and with it the lock until then, were the file only closed (flock(2)).
    deinit {
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Writes all bytes at a position.
    func write(_ bytes: [UInt8], at position: Int64) throws {
        var done = 0
        while done < bytes.count {
            let count = calls.write(descriptor, bytes[done...], position + Int64(done))
            if count >= 0 {
                done += count
            } else if count != -Int(EINTR) {
                throw IOFailure("pwrite", code: Int32(-count))
            }
        }
    }

    /// Reads `count` bytes at a position; fewer only at the end of the file.
    func read(_ count: Int, at position: Int64) throws -> [UInt8] {
        try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = unsafe pread(
                    descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, off_t(position) + filled)
                if got == 0 { return }
                if got < 0 {
                    guard errno == EINTR else { throw IOFailure("pread") }
                } else {
                    filled += got
                }
            }
        }
    }

    /// Returns once what was written is on the disk.
    func sync() throws {
        let code = calls.sync(descriptor)
        guard code == 0 else { throw IOFailure("fsync", code: code) }
    }

    /// Cuts the file to a size, if it is longer.
    func cut(to size: Int64) throws {
        guard try self.size() > size else { return }
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw IOFailure("ftruncate") }
    }

    /// Takes all rights of others from the file.
    func keepToOwner() throws {
        guard fchmod(descriptor, 0o600) == 0 else { throw IOFailure("fchmod") }
    }

    /// The size in bytes.
    func size() throws -> Int64 {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw IOFailure("lseek") }
        return Int64(end)
    }

    /// Takes the lock of the whole file for this process, without waiting.
    /// - Parameter isShared: whether others may share it.
    /// - Returns: whether it could be had.
    /// - Throws: ``IOFailure``.
    func tryLock(isShared: Bool = false) throws -> Bool {
        if flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw IOFailure("flock") }
        return false
    }
}
