public import LogModel

/// Records in columns over one buffer; all columns have the same length.
public struct RecordRows: Sendable {
    /// The lines, one after the other.
    public private(set) var bytes: [UInt8] = []
    /// The end of each line in `bytes`, exclusive; a line begins at the end of the one before.
    public private(set) var ends: [Int] = []
    /// The generation of each record.
    public private(set) var generations: [GenerationID] = []
    /// First byte of each record in its object.
    public private(set) var offsets: [Int64] = []
    /// Line number of each record in its object, from 1.
    public private(set) var lineNumbers: [Int64] = []
    /// Event time of each record, nanoseconds since the epoch.
    public private(set) var timestamps: [Int64] = []
    /// Time of receipt of each record, nanoseconds since the epoch.
    public private(set) var receipts: [Int64] = []
    /// ``Level`` code of each record.
    public private(set) var levels: [UInt8] = []
    /// ``RecordFlags`` of each record.
    public private(set) var flags: [UInt8] = []
    /// The objects of the generations.
    public private(set) var objects: [GenerationID: ObjectKey] = [:]

    /// Where to continue when the store stopped before the limit and before the last row; `nil` when it did not.
    public var cut: RecordPosition?

    /// The number of rows that the store examined for these, if it left out some that cannot meet the filter; otherwise
    /// 0.
    public var examined = 0

    /// The number of bytes of lines at which a store returns the rows; the last line may exceed it.
    public static let byteLimit = 4 << 20

    /// The number of rows that a store examines in one call before it returns.
    public static let scanLimit = 100_000

    /// The same number at ``ReadingPace/short``.
    public static let shortScanLimit = 20_000

    /// Makes no rows.
    public init() {}

    /// Whether the lines have reached ``byteLimit``.
    public var isFull: Bool { bytes.count >= RecordRows.byteLimit }

    /// Returns where to continue behind these rows; `nil` when the store has no more.
    ///
    /// `limit` must be the limit of the call that returned them.
    public func next(after limit: Int) -> RecordPosition? {
        if let cut { return cut }
        return count < limit || isEmpty ? nil : position(count - 1)
    }

    /// The number of rows.
    public var count: Int { ends.count }
    /// Whether there are no rows.
    public var isEmpty: Bool { ends.isEmpty }

    /// Returns the range of a row's line in `bytes`.
    public func range(_ row: Int) -> Range<Int> {
        (row == 0 ? 0 : ends[row - 1])..<ends[row]
    }

    /// Returns the position of a row in every order.
    public func position(_ row: Int) -> RecordPosition {
        RecordPosition(timestamp: timestamps[row], generation: generations[row], offset: offsets[row])
    }

    /// The facts of a record beside its line.
    public struct Facts: Sendable, Hashable {
        /// The generation.
        public var generation: GenerationID
        /// The offset of the first byte in the object.
        public var offset: Int64
        /// The line number in the object, from 1.
        public var lineNumber: Int64
        /// The event time, nanoseconds since the epoch.
        public var timestamp: Int64
        /// The time of receipt, nanoseconds since the epoch.
        public var receivedAt: Int64
        /// The ``Level`` code.
        public var level: UInt8
        /// The ``RecordFlags``.
        public var flags: UInt8

        /// Makes the facts of a record.
        public init(
            generation: GenerationID, offset: Int64, lineNumber: Int64, timestamp: Int64, receivedAt: Int64,
            level: UInt8, flags: UInt8
        ) {
            self.generation = generation
            self.offset = offset
            self.lineNumber = lineNumber
            self.timestamp = timestamp
            self.receivedAt = receivedAt
            self.level = level
            self.flags = flags
        }
    }

    /// Returns the facts of a row.
    public func facts(_ row: Int) -> Facts {
        Facts(
            generation: generations[row], offset: offsets[row], lineNumber: lineNumbers[row],
            timestamp: timestamps[row], receivedAt: receipts[row], level: levels[row], flags: flags[row])
    }

    /// Appends a row; `appendLine` appends its line to the bytes.
    ///
    /// The first releases stored a byte order mark at the start of an object with its first line; it is removed here.
    public mutating func append(_ facts: Facts, appendLine: (inout [UInt8]) -> Void) {
        let start = bytes.count
        appendLine(&bytes)
        if facts.offset == 0, bytes.count >= start + 3, bytes[start] == 0xEF, bytes[start + 1] == 0xBB,
            bytes[start + 2] == 0xBF
        {
            bytes.removeSubrange(start..<start + 3)
        }
        ends.append(bytes.count)
        generations.append(facts.generation)
        offsets.append(facts.offset)
        lineNumbers.append(facts.lineNumber)
        timestamps.append(facts.timestamp)
        receipts.append(facts.receivedAt)
        levels.append(facts.level)
        flags.append(facts.flags)
    }

    /// Returns the first rows, at most `count`.
    public func prefix(_ count: Int) -> RecordRows {
        guard count < self.count else { return self }
        var first = RecordRows()
        for row in 0..<max(0, count) { first.append(row, of: self) }
        return first
    }

    /// Sets the object of a generation.
    public mutating func name(_ generation: GenerationID, _ object: ObjectKey) {
        objects[generation] = object
    }

    /// Appends a row of other rows, with the name of its object.
    public mutating func append(_ row: Int, of other: RecordRows) {
        append(other.facts(row)) { $0.append(contentsOf: other.bytes[other.range(row)]) }
        let generation = other.generations[row]
        objects[generation] = other.objects[generation]
    }
}
