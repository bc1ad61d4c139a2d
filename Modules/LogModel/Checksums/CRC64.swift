/// CRC-64/XZ: the polynomial of ECMA-182, reflected, as in the .xz file format 1.0.4 section 6.
///
/// Reflected polynomial 0xC96C5795D7870F42, initial and final exclusive-or of all ones. It detects every change within
/// 64 consecutive bits. It is no protection against a deliberately built second text.
public enum CRC64 {
    static let tables = ChecksumTables(reflectedPolynomial: 0xC96C_5795_D787_0F42 as UInt64)

    /// Computes the checksum of a span of bytes.
    public static func value(of bytes: Span<UInt8>) -> UInt64 { PortableChecksums().crc64(of: bytes, after: 0) }
}
