internal import Glibc

/// The system calls on which durability and room rest, as values: what they refuse must be seen to be handled.
struct DiskCalls: Sendable {
    /// `pwrite`: descriptor, bytes, position; gives the number of bytes written, or else the error number below zero.
    var write: @Sendable (Int32, ArraySlice<UInt8>, Int64) -> Int
    /// `fsync`: gives 0, or else the error number.
    var sync: @Sendable (Int32) -> Int32
    /// `statvfs`: gives the bytes that the disk of a path has left for this process.
    var room: @Sendable (String) throws -> Int64 = DiskCalls.freeBytes

    /// Those of the operating system.
    static let system = DiskCalls(
        write: { descriptor, bytes, position in
            unsafe bytes.withUnsafeBytes { buffer in
                let count = unsafe pwrite(descriptor, buffer.baseAddress, buffer.count, off_t(position))
                return count < 0 ? -Int(errno) : count
            }
        },
        sync: { fsync($0) == 0 ? 0 : errno })

    @Sendable private static func freeBytes(_ path: String) throws -> Int64 {
        var figures = statvfs()
        guard unsafe statvfs(path, &figures) == 0 else { throw IOFailure("statvfs") }
        let (bytes, isTooLarge) = UInt64(figures.f_bavail).multipliedReportingOverflow(by: UInt64(figures.f_frsize))
        return isTooLarge ? .max : Int64(clamping: bytes)
    }
}
