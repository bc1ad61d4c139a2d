/// The CRC-32C checksum (Castagnoli polynomial, RFC 3720 section 12.1 and appendix B.4).
///
/// Eight bytes are taken at a time through eight tables, of which table k holds the checksum of a byte with k zero
/// bytes behind it.
public struct CRC32C: Sendable {
    private var register: UInt32 = .max

    /// The checksum of no bytes at all.
    public init() {}

    /// The checksum of all bytes so far.
    public var value: UInt32 { ~register }

    /// The checksum of bytes.
    public static func checksum(_ bytes: some Collection<UInt8>) -> UInt32 {
        var sum = CRC32C()
        sum.update(bytes)
        return sum.value
    }

    /// Takes more bytes.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let isContiguous: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        guard isContiguous == nil else { return }
        for byte in bytes { step(byte, CRC32C.tables) }
    }

    private mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let tables = CRC32C.tables
        var sum = register
        var index = 0
        while index + 8 <= bytes.count {
            let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)) ^ sum
            let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index + 4, as: UInt32.self))
            sum = tables[1792 + Int(low & 0xFF)] ^ tables[1536 + Int(low >> 8 & 0xFF)]
            sum ^= tables[1280 + Int(low >> 16 & 0xFF)] ^ tables[1024 + Int(low >> 24)]
            sum ^= tables[768 + Int(high & 0xFF)] ^ tables[512 + Int(high >> 8 & 0xFF)]
            sum ^= tables[256 + Int(high >> 16 & 0xFF)] ^ tables[Int(high >> 24)]
            index += 8
        }
        register = sum
        while index < bytes.count {
            step(bytes[index], tables)
            index += 1
        }
    }

    private mutating func step(_ byte: UInt8, _ tables: [UInt32]) {
        register = tables[Int(UInt8(truncatingIfNeeded: register) ^ byte)] ^ register >> 8
    }

    /// Eight tables of 256 entries, one behind the other.
    private static let tables: [UInt32] = {
        let polynomial: UInt32 = 0x82F6_3B78
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var sum = UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ polynomial : sum >> 1 }
            tables[byte] = sum
        }
        for index in 256..<tables.count {
            let shorter = tables[index - 256]
            tables[index] = tables[Int(shorter & 0xFF)] ^ shorter >> 8
        }
        return tables
    }()
}
