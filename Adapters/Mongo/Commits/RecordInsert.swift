import LogCursor
import LogIngestion
import LogModel

/// The command that inserts records, as BSON, built from a batch's columns and the bytes of its lines.
///
/// All documents have the same members of the same sizes in front of the line, so each begins as a copy of one pattern
/// into which its numbers are put. A line is copied once and never looked at.
///
/// It is the whole command, and one for a whole commit where that is possible: documents that are handed to libmongoc one
/// by one are gathered in a buffer that grows by doubling, and a second command of the same transaction costs the server
/// as much as a sixth of its documents.
struct RecordInsert {
    /// How many records there are.
    private(set) var count = 0
    /// The command's bytes, without its end until it is finished.
    private(set) var bytes: [UInt8]

    /// How long a line may be: a document has at most 16 MiB.
    static let lineLimit = (16 << 20) - 4096
    /// How long the command gets, unless it is for one line: the server takes no command that is longer than a document.
    static let limit = 4 << 20

    /// No records yet.
    /// - Parameters:
    ///   - steps: the steps of which records will be added.
    ///   - room: room that an earlier one left.
    init(for steps: [ObjectStep], in room: consuming [UInt8]) {
        bytes = room
        let weight = steps.reduce(0) { $0 + $1.records.lineBytes + $1.records.count * Pattern.weight }
        bytes.reserveCapacity(min(weight + 1024, RecordInsert.limit))
        removeAll()
    }

    /// Adds rows of a step's records while there is room; there is room for one at least in a command without any.
    /// - Parameters:
    ///   - first: the first row.
    ///   - step: the step.
    ///   - app: the number of its app.
    ///   - taken: offsets of records that are not to be added.
    /// - Returns: the first row for which there was no room.
    mutating func append(from first: Int, of step: ObjectStep, app: Int64, except taken: Set<Int64> = []) -> Int {
        let records = step.records
        let (rows, weight) = roomyRows(from: first, of: records)
        let head = Pattern.head(generation: step.move.generation, app: app, receivedAt: step.receivedAt)
        var number = count
        bytes.append(addingCapacity: weight) { (room: inout OutputSpan<UInt8>) in
            unsafe room.withUnsafeMutableBufferPointer { buffer, filled in
                guard let start = buffer.baseAddress else { return }
                var place = UnsafeMutableRawPointer(start)
                unsafe records.bytes.withUnsafeBytes { lines in
                    for row in rows where taken.isEmpty || !taken.contains(records.offsets[row]) {
                        unsafe place.append(BSONKind.document)
                        unsafe place.append(decimal: number)
                        number += 1
                        let document = unsafe place
                        unsafe head.withUnsafeBytes { unsafe place.append($0) }
                        unsafe document.put(records.offsets[row], at: Pattern.offset)
                        unsafe document.put(records.lineNumbers[row], at: Pattern.lineNumber)
                        unsafe document.put(records.timestamps[row], at: Pattern.time)
                        unsafe document.put(UInt32(records.levels[row]), at: Pattern.level)
                        unsafe document.put(UInt32(records.flags[row]), at: Pattern.flags)
                        unsafe document.put(records.lengths[row], at: Pattern.lineLength)
                        unsafe place.append(UnsafeRawBufferPointer(rebasing: lines[records.range(row)]))
                        unsafe place.append(0)
                        unsafe document.put(UInt32(place - document), at: 0)
                    }
                }
                filled = unsafe place - UnsafeMutableRawPointer(start)
            }
        }
        count = number
        return rows.upperBound
    }

    /// The rows from `first` on for which there is room, and what they weigh at most.
    private func roomyRows(from first: Int, of records: RecordColumns) -> (rows: Range<Int>, weight: Int) {
        let lengths = records.lengths.span
        let room = RecordInsert.limit - bytes.count
        var weight = 0
        var end = first
        while end < lengths.count {
            let heavier = weight + Int(lengths[end]) + Pattern.weight
            guard heavier <= room || (count == 0 && end == first) else { break }
            weight = heavier
            end += 1
        }
        return (first..<end, weight)
    }

    /// Ends the list and the command.
    mutating func finish() {
        bytes.append(0)
        let listLength = UInt32(bytes.count - Pattern.list)
        bytes.append(0)
        let length = UInt32(bytes.count)
        unsafe bytes.withUnsafeMutableBytes { bytes in
            guard let command = bytes.baseAddress else { return }
            unsafe command.put(listLength, at: Pattern.list)
            unsafe command.put(length, at: 0)
        }
    }

    /// Begins anew and keeps the memory.
    mutating func removeAll() {
        count = 0
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: Pattern.opening)
    }
}

/// What stands in front of all documents, and of the line in each of them.
private enum Pattern {
    /// Where a document's numbers are.
    static let (offset, lineNumber, time, level, flags, lineLength) = (27, 50, 61, 83, 90, 97)

    /// How much a record weighs at most besides its line: with kind and key, which has at most nineteen digits, and end.
    static let weight = head.count + 22

    /// A document up to its line, zeroes for what differs among the rows of a step.
    static func head(generation: GenerationID, app: Int64, receivedAt: Timestamp) -> [UInt8] {
        let document: BSONDocument = [
            "_id": ["g": .int64(generation.number), "o": 0], "a": .int64(app), "n": 0, "t": 0,
            "r": .int64(receivedAt.nanoseconds), "l": .int32(0), "f": .int32(0), "b": .binary([]),
        ]
        return document.bytes.dropLast()
    }

    private static let head = head(generation: GenerationID(0), app: 0, receivedAt: Timestamp(nanoseconds: 0))

    /// The command up to the list's first member.
    static let opening = Array(command.bytes.dropLast(2))
    /// Where the list's length is.
    static let list = opening.count - 4

    private static let command: BSONDocument = ["insert": .string(Collection.records), "documents": []]
}

extension UnsafeMutableRawPointer {
    /// Puts a number in BSON's order of bytes, the lowest first, over what is there.
    fileprivate func put(_ number: some FixedWidthInteger & BitwiseCopyable, at place: Int) {
        unsafe storeBytes(of: number.littleEndian, toByteOffset: place, as: type(of: number))
    }

    /// Puts a byte here and steps behind it.
    fileprivate mutating func append(_ byte: UInt8) {
        unsafe storeBytes(of: byte, as: UInt8.self)
        unsafe self += 1
    }

    /// Puts bytes here and steps behind them.
    fileprivate mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        unsafe copyMemory(from: start, byteCount: bytes.count)
        unsafe self += bytes.count
    }

    /// Puts a name here that is a number in decimal digits, with the NUL that ends it, and steps behind them.
    fileprivate mutating func append(decimal number: Int) {
        var digits = 1
        var bound = 10
        while number >= bound {
            digits += 1
            bound *= 10
        }
        var rest = number
        for place in (0..<digits).reversed() {
            unsafe put(0x30 + UInt8(truncatingIfNeeded: rest % 10), at: place)
            rest /= 10
        }
        unsafe put(UInt8(0), at: digits)
        unsafe self += digits + 1
    }
}
