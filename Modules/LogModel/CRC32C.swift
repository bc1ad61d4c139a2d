/// CRC-32C, the Castagnoli cyclic redundancy check of RFC 3720 section 12.1 (iSCSI), also in RFC 9260.
///
/// Reflected polynomial 0x82F63B78, initial and final exclusive-or 0xFFFFFFFF; eight bytes at a time by tables.
public struct CRC32C: Sendable, Hashable {
    private var register: UInt32 = 0xFFFF_FFFF

    /// The check of no bytes.
    public init() {}

    /// The check of the bytes so far.
    public var value: UInt32 { ~register }

    /// The check of one run of bytes.
    public static func value(of bytes: Span<UInt8>) -> UInt32 {
        var check = CRC32C()
        check.update(bytes)
        return check.value
    }

    /// The check of a collection of bytes.
    public static func checksum(_ bytes: some Collection<UInt8>) -> UInt32 {
        if let value = bytes.withContiguousStorageIfAvailable({ value(of: $0.span) }) { return value }
        return value(of: Array(bytes).span)
    }

    /// Takes a further run of bytes.
    public mutating func update(_ bytes: Span<UInt8>) {
        let raw = bytes.bytes
        var state = register
        var index = 0
        while index + 8 <= raw.byteCount {
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            state = CRC32C.fold(word ^ UInt64(state))
            index += 8
        }
        while index < raw.byteCount {
            let byte = raw.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            state = state >> 8 ^ CRC32C.tables[Int(UInt8(truncatingIfNeeded: state) ^ byte)]
            index += 1
        }
        register = state
    }

    /// Eight table look-ups for eight bytes.
    @inline(__always)
    private static func fold(_ word: UInt64) -> UInt32 {
        var result: UInt32 = 0
        for lane in 0..<8 {
            let byte = Int(truncatingIfNeeded: word >> UInt64(8 * lane) & 0xFF)
            result ^= tables[(7 - lane) * 256 + byte]
        }
        return result
    }

    /// Eight tables of 256 entries: table `n` advances a byte by `n` further zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
            tables[byte] = value
        }
        for table in 1..<8 {
            for byte in 0..<256 {
                let before = tables[(table - 1) * 256 + byte]
                tables[table * 256 + byte] = before >> 8 ^ tables[Int(before & 0xFF)]
            }
        }
        return tables
    }()
}
