// The one file of the SDK that knows which system it runs on. All calls here are POSIX, plus `flock(2)`, which Linux
// and Apple's systems share.

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A value behind a `pthread_mutex_t`.
@safe package final class MutexGuarded<Value>: @unchecked Sendable {
    // @unchecked: what `value` points to is touched between lock and unlock of `mutex` only.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    /// Puts a value behind a new lock.
    package init(_ value: sending Value) {
        unsafe self.value = .allocate(capacity: 1)
        unsafe self.value.initialize(to: value)
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        let code = unsafe pthread_mutex_init(mutex, nil)
        precondition(code == 0, "a mutex cannot be made: error \(code)")
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deinitialize(count: 1)
        unsafe mutex.deallocate()
        unsafe value.deinitialize(count: 1)
        unsafe value.deallocate()
    }

    /// Lends the value to `body` while no other thread has it; `body` must not ask for the same lock again.
    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return unsafe try body(&value.pointee)
    }
}

/// An array of bytes of which each thread has its own, freed when the thread ends.
enum ThreadMemory {
    /// The most that a thread keeps between two uses, in bytes.
    private static let kept = 16 << 10

    /// `nil` when the system has no more keys; then memory is not kept.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        let code = unsafe pthread_key_create(&key) { place in
            // Darwin's pointer is never nil, and Glibc's neither where a destructor is called.
            let place: UnsafeMutableRawPointer? = unsafe place
            guard let array = unsafe place?.assumingMemoryBound(to: [UInt8].self) else { return }
            unsafe array.deinitialize(count: 1)
            unsafe array.deallocate()
        }
        return code == 0 ? key : nil
    }()

    /// Lends the thread's array, which is empty.
    ///
    /// It is taken away meanwhile, so that `body`, when it comes here again, gets another one.
    static func withMemory<Result>(_ body: (inout [UInt8]) -> Result) -> Result {
        var memory: [UInt8] = []
        guard let place = unsafe place() else { return body(&memory) }
        unsafe swap(&memory, &place.pointee)
        let result = body(&memory)
        if memory.capacity <= kept {
            memory.removeAll(keepingCapacity: true)
            unsafe swap(&memory, &place.pointee)
        }
        return result
    }

    private static func place() -> UnsafeMutablePointer<[UInt8]>? {
        guard let key else { return nil }
        if let known = unsafe pthread_getspecific(key) {
            return unsafe known.assumingMemoryBound(to: [UInt8].self)
        }
        let fresh = UnsafeMutablePointer<[UInt8]>.allocate(capacity: 1)
        unsafe fresh.initialize(to: [])
        guard unsafe pthread_setspecific(key, fresh) == 0 else {
            unsafe fresh.deinitialize(count: 1)
            unsafe fresh.deallocate()
            return nil
        }
        return unsafe fresh
    }
}

/// Nanoseconds since 1970-01-01T00:00:00Z by the system's clock.
package func nanosecondsSince1970() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Why a call on a file failed.
package struct FileFailure: Error, Sendable, CustomStringConvertible {
    /// What was tried.
    package let call: String
    /// The system's number for the reason.
    package let code: Int32

    /// The call and the system's words for the reason.
    package var description: String {
        guard let words = unsafe strerror(code) else { return "\(call): error \(code)" }
        return unsafe "\(call): \(String(cString: words))"
    }

    /// Whether the reason is that there is no such file.
    package var isMissing: Bool { code == ENOENT }
    /// Whether the reason is a right that this process does not have.
    package var isForbidden: Bool { code == EACCES }
    /// Whether the reason is that another process holds the lock.
    package var isLocked: Bool { code == EWOULDBLOCK }

    init(_ call: String) {
        self.call = call
        code = errno
    }

    init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// A file that is not open, or that a failure has made unusable.
    package init(closed path: String) {
        call = "write \(path)"
        code = EBADF
    }
}

/// The two system calls on which durability rests, as values: what a crash leaves of them must be seen to be enough.
package struct DiskCalls: Sendable {
    /// `pwrite`: descriptor, bytes, position; gives the number of bytes written, or else the error number below zero.
    package var write: @Sendable (Int32, ArraySlice<UInt8>, Int) -> Int
    /// Returns when the disk has a file or the names in a folder; gives 0, or else the error number.
    package var sync: @Sendable (Int32) -> Int32

    /// Two calls.
    package init(
        write: @escaping @Sendable (Int32, ArraySlice<UInt8>, Int) -> Int, sync: @escaping @Sendable (Int32) -> Int32
    ) {
        self.write = write
        self.sync = sync
    }

    /// Those of the operating system.
    package static let system = DiskCalls(
        write: { descriptor, bytes, position in
            unsafe bytes.withUnsafeBytes { buffer in
                let count = unsafe pwrite(descriptor, buffer.baseAddress, buffer.count, off_t(position))
                return count < 0 ? -Int(errno) : count
            }
        },
        sync: { descriptor in
            #if canImport(Darwin)
                // On Apple's systems fsync leaves the drive's own buffer as it is.
                if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
            #endif
            return fsync(descriptor) == 0 ? 0 : errno
        })
}

/// An open file, closed with the value.
package final class OpenFile: Sendable {
    private let descriptor: Int32
    private let path: String
    private let calls: DiskCalls

    /// Opens a file for reading and writing and makes it when it is not there.
    package convenience init(path: String) throws(FileFailure) { try self.init(path: path, calls: .system) }

    /// As ``init(path:)``, through calls of a test's own.
    package init(path: String, calls: DiskCalls) throws(FileFailure) {
        self.path = path
        self.calls = calls
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure("open \(path)") }
    }

    /// Gives the lock up by name: a child of this process that has not come to its `exec` yet has a copy of the
    /// descriptor, and with it the lock until then, were the file only closed (flock(2)).
    deinit {
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Takes the lock that one process has at a time, without waiting; it ends with the value or the process.
    package func lock() throws(FileFailure) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw FileFailure("flock \(path)") }
    }

    /// How many bytes the file has.
    package func size() throws(FileFailure) -> Int {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw FileFailure("lseek \(path)") }
        return Int(end)
    }

    /// Writes all bytes at a place.
    package func write(_ bytes: [UInt8], at offset: Int) throws(FileFailure) {
        var done = 0
        while done < bytes.count {
            let count = calls.write(descriptor, bytes[done...], offset + done)
            if count == -Int(EINTR) { continue }
            guard count > 0 else { throw FileFailure("pwrite \(path)", code: Int32(-count)) }
            done += count
        }
    }

    /// Reads up to `count` bytes from a place; fewer mean that the file ends.
    package func read(_ count: Int, at offset: Int) throws(FileFailure) -> [UInt8] {
        var failure: FileFailure?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count {
                let got = unsafe pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = FileFailure("pread \(path)") }
                guard got > 0 else { return }
                filled += got
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Cuts the file to a length.
    package func truncate(to length: Int) throws(FileFailure) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw FileFailure("ftruncate \(path)") }
    }

    /// Returns when the disk has all of the file.
    package func synchronize() throws(FileFailure) {
        let code = calls.sync(descriptor)
        guard code == 0 else { throw FileFailure("fsync \(path)", code: code) }
    }
}

/// What the SDK does to folders.
package enum Folder {
    /// Makes a folder, for its owner alone, unless it is there.
    package static func make(_ path: String) throws(FileFailure) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileFailure("mkdir \(path)") }
    }

    /// Returns when the disk has the names in a folder.
    package static func synchronize(_ path: String) throws(FileFailure) { try synchronize(path, calls: .system) }

    /// As ``synchronize(_:)``, through calls of a test's own.
    package static func synchronize(_ path: String, calls: DiskCalls) throws(FileFailure) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure("open \(path)") }
        defer { close(descriptor) }
        let code = calls.sync(descriptor)
        guard code == 0 else { throw FileFailure("fsync \(path)", code: code) }
    }

    /// The names in a folder, in no order.
    package static func names(_ path: String) throws(FileFailure) -> [String] {
        guard let directory = unsafe opendir(path) else { throw FileFailure("opendir \(path)") }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                let bytes = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self)
                unsafe names.append(String(cString: bytes))
            }
        }
        return names
    }

    /// Removes a file; that there is none is fine.
    package static func remove(_ path: String) throws(FileFailure) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw FileFailure("unlink \(path)") }
    }
}
