/// Cyclic redundancy checks of long runs of bytes, as fast as there is a way on the machine.
///
/// What a check is goes without saying which way it was come by: every implementation gives the same numbers. Runs may be
/// checked piece by piece: `previous` is the check of all that came before, 0 at the start.
public protocol Checksums: Sendable {
    /// The ``CRC32C`` of what came before and `bytes` together.
    func crc32c(of bytes: Span<UInt8>, after previous: UInt32) -> UInt32

    /// The ``CRC64`` of what came before and `bytes` together.
    func crc64(of bytes: Span<UInt8>, after previous: UInt64) -> UInt64
}

/// The checks by tables, which run everywhere: several gigabytes a second.
public struct PortableChecksums: Checksums {
    /// The checks by tables.
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
