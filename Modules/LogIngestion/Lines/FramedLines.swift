/// Where the lines of a buffer are, as columns.
public struct FramedLines: Sendable, Hashable {
    /// What a stretch of bytes is.
    public enum Kind: UInt8, Sendable {
        /// A line to be scanned.
        case line
        /// A blank line, or a run of NULs.
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

    /// Makes room for as many stretches.
    mutating func reserveCapacity(_ count: Int) {
        kindCodes.reserveCapacity(count)
        starts.reserveCapacity(count)
        lengths.reserveCapacity(count)
        separators.reserveCapacity(count)
    }

    /// Forgets the stretches and keeps the room; the next ones are of a buffer whose byte at `start` lies at `offset`.
    mutating func begin(from start: Int, at offset: Int64) {
        firstStart = Int32(truncatingIfNeeded: start)
        firstOffset = offset
        kindCodes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        separators.removeAll(keepingCapacity: true)
    }

    /// How many of them are lines to be scanned.
    public var lineCount: Int { kindCodes.count { $0 == Kind.line.rawValue } }

    /// Whether all stretches are lines with their newlines.
    var isAllWholeLines: Bool {
        let line = Kind.line.rawValue
        return !kindCodes.contains { $0 != line } && !separators.contains(0)
    }

    /// What stretch `row` is.
    public func kind(_ row: Int) -> Kind { Kind(rawValue: kindCodes[row]) ?? .nothing }

    /// Whether stretch `row` is a line to be scanned.
    public func isLine(_ row: Int) -> Bool { kindCodes[row] == Kind.line.rawValue }

    /// Where stretch `row` is in the buffer.
    public func range(_ row: Int) -> Range<Int> {
        Int(starts[row])..<Int(starts[row]) + Int(lengths[row])
    }

    /// Where stretch `row` begins in the object.
    public func offset(_ row: Int) -> Int64 {
        firstOffset + Int64(starts[row] - firstStart)
    }
}
