/// Where the lines of a buffer are, as columns.
public struct FramedLines: Sendable, Hashable {
    /// What a stretch of bytes is.
    public enum Kind: UInt8, Sendable {
        /// A line to be scanned.
        case line
        /// A blank line, a run of NULs, or a byte order mark.
        case skip
        /// The rest of a run of NULs whose beginning was counted before.
        case skipRest
        /// A line that is too long, or its beginning.
        case tooLong
        /// The rest of a line that is too long, whose beginning was counted before.
        case tooLongRest
        /// Bytes between a sealed last line and the next newline, or their beginning.
        case continuation
        /// The rest of such bytes, whose beginning was counted before.
        case continuationRest
        /// A control line, which begins a batch.
        case control
        /// A whole batch that was taken before.
        case repeated
        /// What is left of a batch that is not whole.
        case torn
        /// Nothing: the newline that stands behind it ends what an earlier piece began.
        case nothing
        /// Bytes between records that are no part of any, such as a carriage return at the end of an object.
        case separator
        /// Bytes that the format cannot have at their place, or the first of them.
        case malformed
        /// More of such bytes, whose beginning was counted before.
        case malformedRest
    }

    /// What each stretch is, as raw values of ``Kind``.
    public private(set) var kindCodes: [UInt8] = []
    /// Where each stretch begins in the buffer.
    public private(set) var starts: [Int32] = []
    /// How many bytes each stretch has.
    public private(set) var lengths: [Int32] = []
    /// How many bytes behind each stretch end its line: 1 for a newline, 2 for one with a carriage return before it, 0
    /// when the line does not end there.
    public private(set) var separators: [UInt8] = []
    /// Whether a separator other than 0 only marks that a record ends there, since the bytes behind it are stretches too.
    public var separatorsAreMarks = false
    /// The texts that the stretches are in, when the records do not stand in the content as they are scanned; empty else.
    public private(set) var rendered: [UInt8] = []
    /// How many bytes of content each stretch stands for; empty when that is its length.
    public private(set) var extents: [Int32] = []
    /// Where each stretch begins in the object; empty when that follows from its place in the buffer.
    public private(set) var offsets: [Int64] = []
    /// Where in the object the byte at `firstStart` of the buffer lies.
    public private(set) var firstOffset: Int64
    /// Where in the buffer framing began.
    public private(set) var firstStart: Int32

    /// No lines, of a buffer whose byte at `start` lies at `offset` in the object.
    public init(from start: Int, at offset: Int64) {
        firstStart = Int32(truncatingIfNeeded: start)
        firstOffset = offset
    }

    /// How many stretches there are.
    public var count: Int { kindCodes.count }

    /// Adds a stretch, and how many bytes behind it end its line.
    public mutating func append(_ kind: Kind, _ range: Range<Int>, separator: Int = 0) {
        kindCodes.append(kind.rawValue)
        starts.append(Int32(truncatingIfNeeded: range.lowerBound))
        lengths.append(Int32(truncatingIfNeeded: range.count))
        separators.append(UInt8(truncatingIfNeeded: separator))
    }

    /// Makes one repeated batch of all the stretches of a batch, the first of which is its control line.
    /// - Parameters:
    ///   - rows: the stretches.
    ///   - length: how many bytes the batch has.
    mutating func markRepeated(_ rows: Range<Int>, length: Int) {
        guard let first = rows.first else { return }
        for row in rows {
            kindCodes[row] = Kind.nothing.rawValue
            lengths[row] = 0
            separators[row] = 0
        }
        kindCodes[first] = Kind.repeated.rawValue
        lengths[first] = Int32(truncatingIfNeeded: length)
    }

    /// Whether a line holds a byte that a condition is true of.
    func hasLine(containing bytes: Span<UInt8>, _ condition: (UInt8) -> Bool) -> Bool {
        for row in 0..<count where isLine(row) {
            for index in range(row) where condition(bytes[index]) { return true }
        }
        return false
    }

    /// Renders the lines into a text of their own; the other stretches stand for their bytes and have no text.
    /// - Parameters:
    ///   - bytes: the content that the stretches are in.
    ///   - append: appends the text of a range of the content.
    mutating func render(_ bytes: Span<UInt8>, _ append: (Span<UInt8>, Range<Int>, inout [UInt8]) -> Void) {
        offsets = (0..<count).map(offset)
        extents = lengths
        var text: [UInt8] = []
        for row in 0..<count {
            let start = text.count
            if isLine(row) { append(bytes, range(row), &text) }
            starts[row] = Int32(truncatingIfNeeded: start)
            lengths[row] = Int32(truncatingIfNeeded: text.count - start)
        }
        rendered = text
    }

    /// Adds up to `limit` lines at once: `next` gives the bytes of one and those of its separator, `nil` when there is none.
    @inline(__always)
    mutating func appendLines(upTo limit: Int, _ next: () -> (Range<Int>, separator: Int)?) {
        let first = count
        // Taken out, so that three of them can be written to at the same time.
        var (starts, lengths, separators) = (self.starts, self.lengths, self.separators)
        (self.starts, self.lengths, self.separators) = ([], [], [])
        starts.append(contentsOf: repeatElement(0, count: limit))
        lengths.append(contentsOf: repeatElement(0, count: limit))
        separators.append(contentsOf: repeatElement(0, count: limit))
        let row = FramedLines.fill(&starts, &lengths, &separators, first..<first + limit, next)
        let surplus = first + limit - row
        starts.removeLast(surplus)
        lengths.removeLast(surplus)
        separators.removeLast(surplus)
        (self.starts, self.lengths, self.separators) = (starts, lengths, separators)
        kindCodes.append(contentsOf: repeatElement(Kind.line.rawValue, count: row - first))
    }

    /// - Returns: the first row that was not filled.
    @inline(__always)
    private static func fill(
        _ starts: inout [Int32], _ lengths: inout [Int32], _ separators: inout [UInt8], _ rows: Range<Int>,
        _ next: () -> (Range<Int>, separator: Int)?
    ) -> Int {
        var starts = starts.mutableSpan
        var lengths = lengths.mutableSpan
        var separators = separators.mutableSpan
        var row = rows.lowerBound
        while row < rows.upperBound, let (range, separator) = next() {
            starts[row] = Int32(truncatingIfNeeded: range.lowerBound)
            lengths[row] = Int32(truncatingIfNeeded: range.count)
            separators[row] = UInt8(truncatingIfNeeded: separator)
            row += 1
        }
        return row
    }

    /// Forgets the stretches and keeps the room; the next ones are of a buffer whose byte at `start` lies at `offset`.
    mutating func begin(from start: Int, at offset: Int64) {
        firstStart = Int32(truncatingIfNeeded: start)
        firstOffset = offset
        kindCodes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        separators.removeAll(keepingCapacity: true)
        separatorsAreMarks = false
        (rendered, extents, offsets) = ([], [], [])
    }

    /// How many of them are lines to be scanned.
    public var lineCount: Int { kindCodes.count { $0 == Kind.line.rawValue } }

    /// What stretch `row` is.
    public func kind(_ row: Int) -> Kind { Kind(rawValue: kindCodes[row]) ?? .nothing }

    /// Whether stretch `row` is a line to be scanned.
    public func isLine(_ row: Int) -> Bool { kindCodes[row] == Kind.line.rawValue }

    /// Where stretch `row` is in the buffer.
    public func range(_ row: Int) -> Range<Int> {
        Int(starts[row])..<Int(starts[row]) + Int(lengths[row])
    }

    /// How many bytes of content stretch `row` stands for.
    public func extent(_ row: Int) -> Int { Int(extents.isEmpty ? lengths[row] : extents[row]) }

    /// Where the bytes of stretch `row` are in the buffer of the content.
    public func content(_ row: Int) -> Range<Int> {
        guard !extents.isEmpty else { return range(row) }
        let start = Int(offsets[row] - firstOffset) + Int(firstStart)
        return start..<start + extent(row)
    }

    /// Where stretch `row` begins in the object.
    public func offset(_ row: Int) -> Int64 {
        offsets.isEmpty ? firstOffset + Int64(starts[row] - firstStart) : offsets[row]
    }
}
