/// Computes cyclic redundancy checks of long runs of bytes, by the fastest way on the machine.
///
/// All implementations return the same values. A run may be checked piece by piece: `previous` is the checksum of all
/// bytes before the piece, 0 at the start.
public protocol Checksums: Sendable {
    /// Computes the ``CRC32C`` of the bytes before and `bytes` together.
    func crc32c(of bytes: Span<UInt8>, after previous: UInt32) -> UInt32

    /// Computes the ``CRC64`` of the bytes before and `bytes` together.
    func crc64(of bytes: Span<UInt8>, after previous: UInt64) -> UInt64
}

/// Computes the checks by tables, which is possible on every machine: several gigabytes a second.
public struct PortableChecksums: Checksums {
    /// Makes the portable implementation.
    public init() {}

    /// See ``Checksums/crc32c(of:after:)``.
    public func crc32c(of bytes: Span<UInt8>, after previous: UInt32) -> UInt32 {
        ~CRC32C.tables.advance(~previous, over: bytes.bytes)
    }

    /// See ``Checksums/crc64(of:after:)``.
    public func crc64(of bytes: Span<UInt8>, after previous: UInt64) -> UInt64 {
        ~CRC64.tables.advance(~previous, over: bytes.bytes)
    }
}
