/// CRC-32C, the Castagnoli cyclic redundancy check of RFC 3720 section 12.1 (iSCSI), also in RFC 9260.
///
/// Reflected polynomial 0x82F63B78, initial and final exclusive-or 0xFFFFFFFF.
public enum CRC32C {
    static let tables = ChecksumTables(reflectedPolynomial: 0x82F6_3B78 as UInt32)

    /// Computes the checksum of a span of bytes.
    public static func value(of bytes: Span<UInt8>) -> UInt32 { PortableChecksums().crc32c(of: bytes, after: 0) }

    /// Computes the checksum of a collection of bytes.
    public static func checksum(_ bytes: some Collection<UInt8>) -> UInt32 {
        if let value = bytes.withContiguousStorageIfAvailable({ value(of: $0.span) }) { return value }
        return value(of: Array(bytes).span)
    }
}
