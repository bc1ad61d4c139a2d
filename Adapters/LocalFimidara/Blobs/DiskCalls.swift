internal import Glibc

/// The two system calls on which durability rests, as values: what they refuse must be seen to be handled.
struct DiskCalls: Sendable {
    /// `pwrite`: descriptor, bytes, position; gives the number of bytes written, or else the error number below zero.
    var write: @Sendable (Int32, ArraySlice<UInt8>, Int64) -> Int
    /// `fsync`: gives 0, or else the error number.
    var sync: @Sendable (Int32) -> Int32

    /// Those of the operating system.
    static let system = DiskCalls(
        write: { descriptor, bytes, position in
            unsafe bytes.withUnsafeBytes { buffer in
                let count = unsafe pwrite(descriptor, buffer.baseAddress, buffer.count, off_t(position))
                return count < 0 ? -Int(errno) : count
            }
        },
        sync: { fsync($0) == 0 ? 0 : errno })
}
