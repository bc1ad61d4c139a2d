/// A digest of all bytes taken from the start of a generation, which can be stored and gone on with.
///
/// It is XXH64 with seed 0 (the xxHash specification 0.1.1, by Yann Collet): fast enough to run over every byte, and
/// its state fits in a cursor. It finds damage, it does not withstand an adversary who builds a second text.
public struct StreamDigest: Sendable, Hashable {
    private var lane1: UInt64 = 0x60EA_27EE_ADC0_B5D6
    private var lane2: UInt64 = StreamDigest.prime2
    private var lane3: UInt64 = 0
    private var lane4: UInt64 = 0x61C8_864E_7A14_3579
    /// Bytes of an unfinished stripe, at most 31.
    private var pending: [UInt8] = []
    /// How many bytes were taken.
    public private(set) var count: UInt64 = 0

    /// The digest of no bytes.
    public init() {}

    /// Takes a further run of bytes.
    public mutating func update(_ bytes: Span<UInt8>) {
        count += UInt64(bytes.count)
        var index = 0
        if !pending.isEmpty {
            while pending.count < 32, index < bytes.count {
                pending.append(bytes[index])
                index += 1
            }
            guard pending.count == 32 else { return }
            let stripe = pending
            takeStripes(stripe.span.bytes, from: 0, count: 1)
            pending.removeAll(keepingCapacity: true)
        }
        let stripes = (bytes.count - index) / 32
        takeStripes(bytes.bytes, from: index, count: stripes)
        index += stripes * 32
        while index < bytes.count {
            pending.append(bytes[index])
            index += 1
        }
    }

    /// The digest of the bytes taken so far.
    public var value: UInt64 {
        var hash: UInt64
        if count >= 32 {
            hash = rotate(lane1, 1) &+ rotate(lane2, 7) &+ rotate(lane3, 12) &+ rotate(lane4, 18)
            for lane in [lane1, lane2, lane3, lane4] {
                hash = (hash ^ StreamDigest.round(0, lane)) &* StreamDigest.prime1 &+ StreamDigest.prime4
            }
        } else {
            hash = StreamDigest.prime5
        }
        hash &+= count
        hash = foldPending(into: hash)
        hash = (hash ^ hash >> 33) &* StreamDigest.prime2
        hash = (hash ^ hash >> 29) &* StreamDigest.prime3
        return hash ^ hash >> 32
    }

    /// The digest of one run of bytes.
    public static func value(of bytes: Span<UInt8>) -> UInt64 {
        var digest = StreamDigest()
        digest.update(bytes)
        return digest.value
    }

    private func foldPending(into start: UInt64) -> UInt64 {
        var hash = start
        var index = 0
        while index + 8 <= pending.count {
            hash ^= StreamDigest.round(0, littleEndian(pending, index, 8))
            hash = rotate(hash, 27) &* StreamDigest.prime1 &+ StreamDigest.prime4
            index += 8
        }
        if index + 4 <= pending.count {
            hash ^= littleEndian(pending, index, 4) &* StreamDigest.prime1
            hash = rotate(hash, 23) &* StreamDigest.prime2 &+ StreamDigest.prime3
            index += 4
        }
        while index < pending.count {
            hash ^= UInt64(pending[index]) &* StreamDigest.prime5
            hash = rotate(hash, 11) &* StreamDigest.prime1
            index += 1
        }
        return hash
    }

    /// The loop that all bytes go through: four independent lanes of eight bytes each.
    private mutating func takeStripes(_ bytes: RawSpan, from start: Int, count: Int) {
        var (one, two, three, four) = (lane1, lane2, lane3, lane4)
        var offset = start
        for _ in 0..<count {
            one = StreamDigest.round(one, word(bytes, offset))
            two = StreamDigest.round(two, word(bytes, offset + 8))
            three = StreamDigest.round(three, word(bytes, offset + 16))
            four = StreamDigest.round(four, word(bytes, offset + 24))
            offset += 32
        }
        (lane1, lane2, lane3, lane4) = (one, two, three, four)
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
}

@inline(__always)
private func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }

@inline(__always)
private func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
}

private func littleEndian(_ bytes: [UInt8], _ start: Int, _ width: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in (0..<width).reversed() { value = value << 8 | UInt64(bytes[start + index]) }
    return value
}

// MARK: - The stored form

extension StreamDigest {
    /// The state as a store keeps it, 41 to 72 bytes.
    ///
    /// A version byte (1), the count, the four lanes, then the pending bytes; numbers are little-endian.
    public var state: [UInt8] {
        var bytes: [UInt8] = [1]
        for number in [count, lane1, lane2, lane3, lane4] {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        return bytes + pending
    }

    /// Reads a stored state; `nil` when it is none.
    public init?(state: [UInt8]) {
        guard state.count >= 41, state[0] == 1 else { return nil }
        let numbers = (0..<5).map { littleEndian(state, 1 + 8 * $0, 8) }
        guard UInt64(state.count - 41) == numbers[0] % 32 else { return nil }
        count = numbers[0]
        (lane1, lane2, lane3, lane4) = (numbers[1], numbers[2], numbers[3], numbers[4])
        pending = Array(state[41...])
    }
}
