public import LogModel

/// Records as they are read: columns over one buffer, all of the same length.
public struct RecordRows: Sendable {
    /// The lines, one behind the other.
    public private(set) var bytes: [UInt8] = []
    /// Where each line ends in `bytes`; it begins where the one before ends.
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
    /// The objects that the generations are of.
    public private(set) var objects: [GenerationID: ObjectKey] = [:]

    /// Where to go on when the store gave up before it had as many rows as were asked for or came to the end; `nil` when
    /// it did not.
    public var cut: RecordPosition?

    /// How many rows the store looked at for these, if it left out some that cannot meet the filter; else 0.
    public var examined = 0

    /// How many bytes of lines rows hold before a store gives them as they are; the last line may go beyond it.
    public static let byteLimit = 4 << 20

    /// How many rows a store looks at in one call before it gives what it has found.
    public static let scanLimit = 100_000

    /// The same at ``ReadingPace/short``.
    public static let shortScanLimit = 20_000

    /// Rows of nothing.
    public init() {}

    /// Whether there are enough bytes to stop at.
    public var isFull: Bool { bytes.count >= RecordRows.byteLimit }

    /// Where to go on behind these rows, of which `limit` were asked for; `nil` when the store has no more.
    public func next(after limit: Int) -> RecordPosition? {
        if let cut { return cut }
        return count < limit || isEmpty ? nil : position(count - 1)
    }

    /// How many rows there are.
    public var count: Int { ends.count }
    /// Whether there are no rows.
    public var isEmpty: Bool { ends.isEmpty }

    /// Where the line of a row is in `bytes`.
    public func range(_ row: Int) -> Range<Int> {
        (row == 0 ? 0 : ends[row - 1])..<ends[row]
    }

    /// Where a row stands in every order.
    public func position(_ row: Int) -> RecordPosition {
        RecordPosition(timestamp: timestamps[row], generation: generations[row], offset: offsets[row])
    }

    /// What is kept of a record beside its line.
    public struct Facts: Sendable, Hashable {
        /// The generation.
        public var generation: GenerationID
        /// First byte in the object.
        public var offset: Int64
        /// Line number in the object, from 1.
        public var lineNumber: Int64
        /// Event time, nanoseconds since the epoch.
        public var timestamp: Int64
        /// Time of receipt, nanoseconds since the epoch.
        public var receivedAt: Int64
        /// ``Level`` code.
        public var level: UInt8
        /// ``RecordFlags``.
        public var flags: UInt8

        /// Puts the facts of a record together.
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

    /// The facts of a row.
    public func facts(_ row: Int) -> Facts {
        Facts(
            generation: generations[row], offset: offsets[row], lineNumber: lineNumbers[row],
            timestamp: timestamps[row], receivedAt: receipts[row], level: levels[row], flags: flags[row])
    }

    /// Adds a row, whose line `appendLine` puts behind the bytes that it is given.
    ///
    /// The first releases kept a byte order mark at the start of an object with its first line; it is no part of that.
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

    /// The first rows, at most `count` of them.
    public func prefix(_ count: Int) -> RecordRows {
        guard count < self.count else { return self }
        var first = RecordRows()
        for row in 0..<max(0, count) { first.append(row, of: self) }
        return first
    }

    /// Names the object that a generation is of.
    public mutating func name(_ generation: GenerationID, _ object: ObjectKey) {
        objects[generation] = object
    }

    /// Adds a row of other rows, with the name of its object.
    public mutating func append(_ row: Int, of other: RecordRows) {
        append(other.facts(row)) { $0.append(contentsOf: other.bytes[other.range(row)]) }
        let generation = other.generations[row]
        objects[generation] = other.objects[generation]
    }
}
