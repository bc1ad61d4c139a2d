/// XXH64 with seed 0 (the xxHash specification 0.1.1, by Yann Collet): a fast hash that distinguishes texts.
///
/// It is no protection against a deliberately built second text of the same hash.
public enum XXH64 {
    /// Computes the hash of a span of bytes.
    public static func value(of bytes: Span<UInt8>) -> UInt64 {
        let raw = bytes.bytes
        var index = 0
        var hash = prime5
        if raw.byteCount >= 32 {
            // Four independent lanes of eight bytes each.
            var lanes: (UInt64, UInt64, UInt64, UInt64) = (0x60EA_27EE_ADC0_B5D6, prime2, 0, 0x61C8_864E_7A14_3579)
            while index + 32 <= raw.byteCount {
                lanes.0 = round(lanes.0, raw.word(at: index))
                lanes.1 = round(lanes.1, raw.word(at: index + 8))
                lanes.2 = round(lanes.2, raw.word(at: index + 16))
                lanes.3 = round(lanes.3, raw.word(at: index + 24))
                index += 32
            }
            hash = rotate(lanes.0, 1) &+ rotate(lanes.1, 7) &+ rotate(lanes.2, 12) &+ rotate(lanes.3, 18)
            for lane in [lanes.0, lanes.1, lanes.2, lanes.3] { hash = (hash ^ round(0, lane)) &* prime1 &+ prime4 }
        }
        hash &+= UInt64(raw.byteCount)
        while index + 8 <= raw.byteCount {
            hash = rotate(hash ^ round(0, raw.word(at: index)), 27) &* prime1 &+ prime4
            index += 8
        }
        if index + 4 <= raw.byteCount {
            let half = UInt32(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self))
            hash = rotate(hash ^ UInt64(half) &* prime1, 23) &* prime2 &+ prime3
            index += 4
        }
        while index < raw.byteCount {
            hash = rotate(hash ^ UInt64(bytes[index]) &* prime5, 11) &* prime1
            index += 1
        }
        hash = (hash ^ hash >> 33) &* prime2
        hash = (hash ^ hash >> 29) &* prime3
        return hash ^ hash >> 32
    }

    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    @inline(__always)
    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotate(lane &+ input &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
}
