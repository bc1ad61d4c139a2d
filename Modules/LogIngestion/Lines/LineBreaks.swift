/// Where the newlines of a buffer are, asked for in order.
public struct LineBreaks: Sendable {
    /// The positions of all 0x0A from where it began, ascending.
    public private(set) var positions: [Int32] = []
    /// The first one that was not passed.
    private var next = 0

    /// No newlines.
    public init() {}

    /// The newlines of a buffer.
    public init(of bytes: Span<UInt8>, by scanner: any RecordScanner) {
        find(in: bytes, from: 0, by: scanner)
    }

    /// Forgets all and finds the newlines of a buffer from `start` on; the room is kept.
    mutating func find(in bytes: Span<UInt8>, from start: Int, by scanner: any RecordScanner) {
        positions.removeAll(keepingCapacity: true)
        next = 0
        scanner.findLineBreaks(in: bytes, from: start, into: &positions)
    }

    /// How many were not passed.
    var remaining: Int { positions.count - next }

    /// The first newline of a range; ranges must not begin before an earlier one's.
    @inline(__always)
    mutating func first(in range: Range<Int>) -> Int? {
        while next < positions.count {
            let position = Int(positions[next])
            if position >= range.lowerBound { return position < range.upperBound ? position : nil }
            next += 1
        }
        return nil
    }

    /// How many newlines are in a range, which must not begin before an earlier one's.
    func count(in range: Range<Int>) -> Int {
        let ahead = positions[next...].drop { $0 < range.lowerBound }
        return ahead.prefix { $0 < range.upperBound }.count
    }
}

/// The first 0x0A from `start` on, looked for eight bytes at a time.
///
/// The word trick is that of Alan Mycroft (1987): `(v - 0x01…) & ~v & 0x80…` is not zero when a byte of `v` is zero,
/// and its lowest set bit belongs to the first such byte.
func indexOfNewline(in bytes: RawSpan, from start: Int) -> Int? {
    var index = start
    while index + 8 <= bytes.byteCount {
        let word = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
        let zeroed = word ^ 0x0A0A_0A0A_0A0A_0A0A
        let hits = (zeroed &- 0x0101_0101_0101_0101) & ~zeroed & 0x8080_8080_8080_8080
        if hits != 0 { return index + hits.trailingZeroBitCount / 8 }
        index += 8
    }
    while index < bytes.byteCount {
        if bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) == 0x0A { return index }
        index += 1
    }
    return nil
}
