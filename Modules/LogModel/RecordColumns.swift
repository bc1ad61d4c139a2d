/// Accepted lines of one object as columns over one buffer.
///
/// Row `i` is the line `bytes[starts[i] ..< starts[i] + lengths[i]]`, without its newline; it began at byte
/// `offsets[i]` of the object. All columns have the same length. Memory is allocated by column and not by line.
public struct RecordColumns: Sendable {
    /// The buffer that the lines point into; it may hold other bytes as well.
    public let bytes: [UInt8]
    /// First byte of each line in `bytes`.
    public private(set) var starts: [Int32] = []
    /// Length of each line in bytes, its newline not counted.
    public private(set) var lengths: [Int32] = []
    /// First byte of each line in the object.
    public private(set) var offsets: [Int64] = []
    /// Line number of each line in its object, from 1.
    public private(set) var lineNumbers: [Int64] = []
    /// Event time of each line, nanoseconds since the epoch.
    public private(set) var timestamps: [Int64] = []
    /// ``Level`` code of each line.
    public private(set) var levels: [UInt8] = []
    /// ``RecordFlags`` of each line.
    public private(set) var flags: [UInt8] = []
    /// Bytes of all lines, newlines not counted.
    public private(set) var lineBytes = 0

    /// Makes an empty batch over a buffer of fewer than 2 GiB.
    public init(over bytes: [UInt8], capacity: Int = 0) {
        precondition(bytes.count <= Int(Int32.max), "a batch's buffer must be smaller than 2 GiB")
        self.bytes = bytes
        starts.reserveCapacity(capacity)
        lengths.reserveCapacity(capacity)
        offsets.reserveCapacity(capacity)
        lineNumbers.reserveCapacity(capacity)
        timestamps.reserveCapacity(capacity)
        levels.reserveCapacity(capacity)
        flags.reserveCapacity(capacity)
    }

    /// The number of lines.
    public var count: Int { starts.count }
    /// Whether there are no lines.
    public var isEmpty: Bool { starts.isEmpty }

    /// Appends a line.
    /// - Parameters:
    ///   - range: where the line is in `bytes`.
    ///   - offset: where the line began in the object.
    ///   - lineNumber: the line's number in the object, from 1.
    ///   - timestamp: nanoseconds since the epoch.
    ///   - level: a ``Level`` code.
    ///   - flags: how the record came about.
    public mutating func append(
        _ range: Range<Int>, offset: Int64, lineNumber: Int64, timestamp: Int64, level: UInt8, flags: RecordFlags
    ) {
        starts.append(Int32(truncatingIfNeeded: range.lowerBound))
        lengths.append(Int32(truncatingIfNeeded: range.count))
        offsets.append(offset)
        lineNumbers.append(lineNumber)
        timestamps.append(timestamp)
        levels.append(level)
        self.flags.append(flags.rawValue)
        lineBytes += range.count
    }

    /// Appends lines that follow each other in the object; ``RecordFlags/timeOfReceipt`` is the only flag that they may
    /// get.
    /// - Parameters:
    ///   - starts: where they begin in `bytes`.
    ///   - lengths: their lengths.
    ///   - offset: where the first one began in the object.
    ///   - lineNumber: the number of the first one in the object, from 1.
    ///   - timestamps: their times, nanoseconds since the epoch.
    ///   - levels: their ``Level`` codes.
    ///   - noTime: the value in `timestamps` of a line without a time.
    ///   - received: the time of receipt, which such a line gets instead.
    public mutating func append(
        starts: ArraySlice<Int32>, lengths: ArraySlice<Int32>, offset: Int64, lineNumber: Int64,
        timestamps: ArraySlice<Int64>, levels: ArraySlice<UInt8>, noTime: Int64, received: Int64
    ) {
        let count = starts.count
        precondition(
            lengths.count == count && timestamps.count == count && levels.count == count,
            "the columns of a batch must have the same length")
        guard let first = starts.first else { return }
        let base = offset - Int64(first)
        self.starts.append(contentsOf: starts)
        self.lengths.append(contentsOf: lengths)
        offsets.append(contentsOf: starts.lazy.map { base &+ Int64($0) })
        lineNumbers.append(contentsOf: lineNumber..<lineNumber + Int64(count))
        self.levels.append(contentsOf: levels)
        if timestamps.contains(noTime) {
            self.timestamps.append(contentsOf: timestamps.lazy.map { $0 == noTime ? received : $0 })
            flags.append(contentsOf: timestamps.lazy.map { $0 == noTime ? RecordFlags.timeOfReceipt.rawValue : 0 })
        } else {
            self.timestamps.append(contentsOf: timestamps)
            flags.append(contentsOf: repeatElement(0, count: count))
        }
        lineBytes += lengths.reduce(0) { $0 &+ Int($1) }
    }

    /// Returns the range of line `row` in `bytes`.
    public func range(_ row: Int) -> Range<Int> {
        let start = Int(starts[row])
        return start..<start + Int(lengths[row])
    }
}
