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
    private(set) var bytes: [UInt8]

    /// No documents, in room that earlier ones left.
    init(in room: consuming [UInt8]) {
        bytes = room
        bytes.removeAll(keepingCapacity: true)
    }

    /// How long a line may be: a document has at most 16 MiB.
    static let lineLimit = (16 << 20) - 4096

    /// Adds row `row` of a step's records.
    mutating func append(_ row: Int, of step: ObjectStep, app: Int64) {
        let line = step.records.range(row)
        let start = bytes.count
        bytes.append(contentsOf: Pattern.head)
        unsafe step.records.bytes.withUnsafeBufferPointer { lines in
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: lines[line]))
        }
        bytes.append(0)
        unsafe bytes.withUnsafeMutableBytes { bytes in
            let document = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            unsafe document.put(UInt32(document.count), at: 0)
            unsafe document.put(step.move.generation.number, at: Pattern.generation)
            unsafe document.put(step.records.offsets[row], at: Pattern.offset)
            unsafe document.put(app, at: Pattern.app)
            unsafe document.put(step.records.lineNumbers[row], at: Pattern.lineNumber)
            unsafe document.put(step.records.timestamps[row], at: Pattern.time)
            unsafe document.put(step.receivedAt.nanoseconds, at: Pattern.receipt)
            unsafe document.put(UInt32(step.records.levels[row]), at: Pattern.level)
            unsafe document.put(UInt32(step.records.flags[row]), at: Pattern.flags)
            unsafe document.put(UInt32(line.count), at: Pattern.lineLength)
        }
        count += 1
    }

    /// Forgets the documents and keeps the memory.
    mutating func removeAll() {
        count = 0
        bytes.removeAll(keepingCapacity: true)
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

extension UnsafeMutableRawBufferPointer {
    /// Puts a number in BSON's order of bytes, the lowest first, over what is there.
    fileprivate func put(_ number: some FixedWidthInteger & BitwiseCopyable, at place: Int) {
        unsafe storeBytes(of: number.littleEndian, toByteOffset: place, as: type(of: number))
    }
}
