import LogModel

/// Looks for some bytes in others, eight places at a time, and allocates nothing.
///
/// Two bytes of what is looked for, the rarest in lines of logs, are compared at eight places with one word each; where
/// both are met, all of it is compared. The word trick is that of Alan Mycroft, see `indexOfNewline`.
struct ByteSearch: Sendable {
    private let wanted: [UInt8]
    private let ignoresCase: Bool
    private let first: Probe
    private let second: Probe

    /// One byte of what is looked for, eight times in a word.
    private struct Probe: Sendable {
        let offset: Int
        let pattern: UInt64
        /// The bit that tells upper from lower case, where a letter is looked for in any case.
        let mask: UInt64

        init(_ byte: UInt8, at offset: Int, ignoresCase: Bool) {
            let isFolded = ignoresCase && byte >= 0x61 && byte <= 0x7A
            self.offset = offset
            mask = isFolded ? 0x2020_2020_2020_2020 : 0
            pattern = 0x0101_0101_0101_0101 &* UInt64(byte)
        }

        /// Zero in each byte at whose place the byte may be.
        @inline(__always)
        func difference(_ bytes: RawSpan, from place: Int) -> UInt64 {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: place + offset, as: UInt64.self)
            return (UInt64(littleEndian: word) | mask) ^ pattern
        }
    }

    /// - Parameters:
    ///   - bytes: what is looked for, at least one byte; lower case if case does not matter.
    ///   - ignoresCase: whether the letters A to Z are met by their upper and lower case alike.
    init(_ bytes: [UInt8], ignoresCase: Bool = false) {
        precondition(!bytes.isEmpty, "nothing cannot be looked for")
        wanted = bytes
        self.ignoresCase = ignoresCase
        let byRarity = bytes.indices.sorted { ByteSearch.commonness(bytes[$0]) < ByteSearch.commonness(bytes[$1]) }
        let (one, other) = (byRarity[0], byRarity[min(1, bytes.count - 1)])
        first = Probe(bytes[one], at: one, ignoresCase: ignoresCase)
        second = Probe(bytes[other], at: other, ignoresCase: ignoresCase)
    }

    /// Whether the bytes occur; `nil` when so many places looked like them that another way must be taken, for the time
    /// to grow with the length of the line alone.
    func occurs(in line: Span<UInt8>) -> Bool? {
        let lastPlace = line.count - wanted.count
        guard lastPlace >= 0 else { return false }
        let bytes = line.bytes
        var patience = 256 + 4 * line.count
        var place = 0
        let end = line.count - 8 - max(first.offset, second.offset)
        while place <= end {
            let differences = first.difference(bytes, from: place) | second.difference(bytes, from: place)
            var hits = (differences &- 0x0101_0101_0101_0101) & ~differences & 0x8080_8080_8080_8080
            while hits != 0 {
                let candidate = place + hits.trailingZeroBitCount / 8
                if candidate <= lastPlace, isMet(bytes, at: candidate, &patience) { return true }
                guard patience > 0 else { return nil }
                hits &= hits &- 1
            }
            place += 8
        }
        while place <= lastPlace {
            if isMet(bytes, at: place, &patience) { return true }
            guard patience > 0 else { return nil }
            place += 1
        }
        return false
    }

    private func isMet(_ bytes: RawSpan, at place: Int, _ patience: inout Int) -> Bool {
        for index in wanted.indices {
            patience -= 1
            let byte = bytes.unsafeLoad(fromByteOffset: place + index, as: UInt8.self)
            let folded = ignoresCase && byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            guard folded == wanted[index] else { return false }
        }
        return true
    }

    /// How often a byte is met in lines of logs, by a rough order; a wrong one costs time alone.
    private static func commonness(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "\""): 9
        case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: " "): 8
        case UInt8(ascii: "e"), UInt8(ascii: "t"), UInt8(ascii: "a"), UInt8(ascii: "o"), UInt8(ascii: "i"),
            UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "n"):
            7
        case 0x30...0x39: 6
        case UInt8(ascii: "j"), UInt8(ascii: "q"), UInt8(ascii: "x"), UInt8(ascii: "z"): 2
        case 0x61...0x7A: 5
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"): 4
        default: 3
        }
    }
}
