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
        /// A newline and the carriage return before it.
        case separator
    }

    /// What each stretch is.
    public private(set) var kinds: [Kind] = []
    /// Where each stretch begins in the buffer.
    public private(set) var starts: [Int32] = []
    /// How many bytes each stretch has.
    public private(set) var lengths: [Int32] = []
    /// Where in the object the byte at `firstStart` of the buffer lies.
    public let firstOffset: Int64
    /// Where in the buffer framing began.
    public let firstStart: Int32

    /// No lines, of a buffer whose byte at `start` lies at `offset` in the object.
    public init(from start: Int, at offset: Int64) {
        firstStart = Int32(truncatingIfNeeded: start)
        firstOffset = offset
    }

    /// How many stretches there are.
    public var count: Int { kinds.count }

    /// Adds a stretch.
    public mutating func append(_ kind: Kind, _ range: Range<Int>) {
        kinds.append(kind)
        starts.append(Int32(truncatingIfNeeded: range.lowerBound))
        lengths.append(Int32(truncatingIfNeeded: range.count))
    }

    /// Where stretch `row` is in the buffer.
    public func range(_ row: Int) -> Range<Int> {
        Int(starts[row])..<Int(starts[row]) + Int(lengths[row])
    }

    /// Where stretch `row` begins in the object.
    public func offset(_ row: Int) -> Int64 {
        firstOffset + Int64(starts[row] - firstStart)
    }
}
