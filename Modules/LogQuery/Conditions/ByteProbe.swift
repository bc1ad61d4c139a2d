/// A byte of which some bits do not matter.
struct MaskedByte: Sendable {
    /// The bits that do not matter.
    private(set) var mask: UInt8 = 0
    /// The byte, with those bits set.
    private(set) var value: UInt8

    /// A byte all of whose bits matter.
    init(_ byte: UInt8) { value = byte }

    /// Lets another byte be alike: the bits in which it differs do not matter any more.
    mutating func admit(_ byte: UInt8) {
        mask |= value ^ byte
        value |= mask
    }
}

/// Finds places in a line where some bytes may be, eight places at a time, and allocates nothing.
///
/// Two of the bytes, the rarest in lines of logs, are compared at eight places with one word each; where both are met,
/// the caller compares all. The word trick is that of Alan Mycroft, see `indexOfNewline`.
struct ByteProbe: Sendable {
    private let length: Int
    private let first: Half
    private let second: Half

    /// One of the two bytes, eight times in a word.
    private struct Half: Sendable {
        let offset: Int
        let pattern: UInt64
        let mask: UInt64

        init(_ byte: MaskedByte, at offset: Int) {
            self.offset = offset
            mask = 0x0101_0101_0101_0101 &* UInt64(byte.mask)
            pattern = 0x0101_0101_0101_0101 &* UInt64(byte.value)
        }

        /// Zero in each byte at whose place the byte may be.
        @inline(__always)
        func difference(_ bytes: RawSpan, from place: Int) -> UInt64 {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: place + offset, as: UInt64.self)
            return (UInt64(littleEndian: word) | mask) ^ pattern
        }
    }

    /// - Parameter layout: the bytes that are looked for, at least one.
    init(_ layout: [MaskedByte]) {
        precondition(!layout.isEmpty, "nothing cannot be looked for")
        length = layout.count
        let (one, other) = ByteProbe.rarest(layout)
        first = Half(layout[one], at: one)
        second = Half(layout[other], at: other)
    }

    /// Looks for a place that `isMet` agrees to.
    /// - Parameters:
    ///   - line: where the bytes are looked for.
    ///   - isMet: compares all at a place, and takes the number of its steps off what is left of the patience.
    /// - Returns: whether there is one; `nil` when so many places looked like one that another way must be taken, for
    ///   the time to grow with the length of the line alone.
    @inline(__always)
    func finds(in line: Span<UInt8>, _ isMet: (RawSpan, Int, inout Int) -> Bool) -> Bool? {
        let lastPlace = line.count - length
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
                if candidate <= lastPlace, isMet(bytes, candidate, &patience) { return true }
                guard patience > 0 else { return nil }
                hits &= hits &- 1
            }
            place += 8
        }
        while place <= lastPlace {
            if isMet(bytes, place, &patience) { return true }
            guard patience > 0 else { return nil }
            place += 1
        }
        return false
    }

    /// Where the two rarest bytes are; twice the same place of a single byte.
    private static func rarest(_ layout: [MaskedByte]) -> (Int, Int) {
        var (one, other) = (0, min(1, layout.count - 1))
        if commonness(layout[other]) < commonness(layout[one]) { (one, other) = (other, one) }
        for index in layout.indices.dropFirst(2) {
            if commonness(layout[index]) < commonness(layout[one]) {
                (one, other) = (index, one)
            } else if commonness(layout[index]) < commonness(layout[other]) {
                other = index
            }
        }
        return (one, other)
    }

    /// How common the two rarest bytes are, to choose between layouts.
    static func commonness(of layout: [MaskedByte]) -> Int {
        let (one, other) = rarest(layout)
        return one == other ? 12 + commonness(layout[one]) : commonness(layout[one]) + commonness(layout[other])
    }

    /// How often a byte is met in lines of logs, by a rough order; a wrong one costs time alone.
    private static func commonness(_ byte: MaskedByte) -> Int {
        switch byte.value {
        case UInt8(ascii: "\""): 9
        case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: " "): 8
        case UInt8(ascii: "e"), UInt8(ascii: "t"), UInt8(ascii: "a"), UInt8(ascii: "o"), UInt8(ascii: "i"),
            UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "n"):
            7
        case 0x30...0x39: 6
        case UInt8(ascii: "j"), UInt8(ascii: "q"), UInt8(ascii: "x"), UInt8(ascii: "z"): 2
        case 0x61...0x7A: 5
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"): 4
        // Bytes that begin the characters of one script are as common as the script, those behind them are not.
        case 0xC2...: 6
        default: 3
        }
    }
}
