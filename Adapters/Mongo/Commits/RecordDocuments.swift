import LogCursor
import LogIngestion
import LogModel

/// Records as BSON documents, one behind the other, built from a batch's columns and the bytes of its lines.
///
/// All documents have the same members of the same sizes in front of the line, so each begins as a copy of one pattern
/// into which its numbers are put. A line is copied once and never looked at.
struct RecordDocuments {
    /// How many there are.
    private(set) var count = 0
    /// Their bytes.
    private(set) var bytes: [UInt8] = []

    /// How long a line may be: a document has at most 16 MiB.
    static let lineLimit = (16 << 20) - 4096

    /// Adds row `row` of a step's records.
    mutating func append(_ row: Int, of step: ObjectStep, app: Int64) {
        let records = step.records
        let line = records.range(row)
        let start = bytes.count
        bytes.append(contentsOf: Pattern.head)
        bytes.append(contentsOf: records.bytes[line])
        bytes.append(0)
        put(UInt32(bytes.count - start), at: start)
        put(UInt64(bitPattern: step.move.generation.number), at: start + Pattern.generation)
        put(UInt64(bitPattern: records.offsets[row]), at: start + Pattern.offset)
        put(UInt64(bitPattern: app), at: start + Pattern.app)
        put(UInt64(bitPattern: records.lineNumbers[row]), at: start + Pattern.lineNumber)
        put(UInt64(bitPattern: records.timestamps[row]), at: start + Pattern.time)
        put(UInt64(bitPattern: step.receivedAt.nanoseconds), at: start + Pattern.receipt)
        put(UInt32(records.levels[row]), at: start + Pattern.level)
        put(UInt32(records.flags[row]), at: start + Pattern.flags)
        put(UInt32(line.count), at: start + Pattern.lineLength)
        count += 1
    }

    /// Forgets the documents and keeps the memory.
    mutating func removeAll() {
        count = 0
        bytes.removeAll(keepingCapacity: true)
    }

    /// Puts a number in BSON's order of bytes, the lowest first, over what is there.
    private mutating func put(_ number: some FixedWidthInteger, at place: Int) {
        var span = bytes.mutableSpan
        for index in 0..<number.bitWidth / 8 {
            span[place + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
        }
    }

    /// What stands in front of every line, with zeroes for its numbers.
    private enum Pattern {
        static let head = Array(document.bytes.dropLast())
        static let generation = 16
        static let offset = 27
        static let app = 39
        static let lineNumber = 50
        static let time = 61
        static let receipt = 72
        static let level = 83
        static let flags = 90
        static let lineLength = 97

        private static let document: BSONDocument = [
            "_id": ["g": 0, "o": 0], "a": 0, "n": 0, "t": 0, "r": 0, "l": .int32(0), "f": .int32(0), "b": .binary([]),
        ]
    }
}
