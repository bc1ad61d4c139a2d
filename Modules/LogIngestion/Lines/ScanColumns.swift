/// What a scanner found, a row for each line.
public struct ScanColumns: Sendable, Hashable {
    /// What became of each line, as raw values of ``Verdict``.
    public private(set) var verdictCodes: [UInt8]
    /// The time of each accepted line in nanoseconds since the epoch, ``noTime`` when there is none to read.
    public private(set) var timestamps: [Int64]
    /// The ``Level`` code of each accepted line.
    public private(set) var levels: [UInt8]
    /// How many fields were asked for.
    public let fieldCount: Int
    /// Where the value of each asked-for field begins in the buffer, line by line; -1 where a line has none.
    public private(set) var fieldStarts: [Int32]
    /// How many bytes each of those values has.
    public private(set) var fieldLengths: [Int32]

    /// What stands for a time that could not be read.
    public static let noTime = Int64.min

    /// Columns without rows, for so many fields.
    public init(fieldCount: Int = 0) {
        self.init(verdictCodes: [], timestamps: [], levels: [], fieldCount: fieldCount)
    }

    /// Columns that a scanner has filled; there must be as many rows in each, and `fieldCount` spans for each row.
    public init(
        verdictCodes: [UInt8], timestamps: [Int64], levels: [UInt8], fieldCount: Int = 0, fieldStarts: [Int32] = [],
        fieldLengths: [Int32] = []
    ) {
        precondition(
            verdictCodes.count == timestamps.count && verdictCodes.count == levels.count
                && fieldStarts.count == verdictCodes.count * fieldCount && fieldLengths.count == fieldStarts.count,
            "the columns of a scan must have the same rows")
        self.verdictCodes = verdictCodes
        self.timestamps = timestamps
        self.levels = levels
        self.fieldCount = fieldCount
        self.fieldStarts = fieldStarts
        self.fieldLengths = fieldLengths
    }

    /// How many rows there are.
    public var count: Int { verdictCodes.count }

    /// Whether line `row` is a record.
    func isAccepted(_ row: Int) -> Bool { verdictCodes[row] == Verdict.accepted.rawValue }

    /// What became of line `row`.
    public func verdict(_ row: Int) -> Verdict { Verdict(rawValue: verdictCodes[row]) ?? .invalidJSON }

    /// What became of each line.
    public var verdicts: [Verdict] { verdictCodes.indices.map(verdict) }

    /// Where the value of an asked-for field of line `row` is in the buffer; `nil` when the line has none.
    public func field(_ field: Int, of row: Int) -> Range<Int>? {
        let place = row * fieldCount + field
        guard fieldStarts[place] >= 0 else { return nil }
        return Int(fieldStarts[place])..<Int(fieldStarts[place]) + Int(fieldLengths[place])
    }

    /// Adds the row of a line that begins at `start` of the buffer.
    mutating func append(_ line: JudgedLine, startingAt start: Int) {
        verdictCodes.append(0)
        timestamps.append(ScanColumns.noTime)
        levels.append(0)
        for _ in 0..<fieldCount {
            fieldStarts.append(-1)
            fieldLengths.append(0)
        }
        replace(count - 1, with: line, startingAt: start)
    }

    /// Puts the row of a line that begins at `start` of the buffer in the place of an undecided one.
    public mutating func replace(_ row: Int, with line: JudgedLine, startingAt start: Int) {
        verdictCodes[row] = line.verdict.rawValue
        timestamps[row] = line.timestamp
        levels[row] = line.level
        for field in 0..<fieldCount {
            let range = field < line.fields.count ? line.fields[field] : nil
            fieldStarts[row * fieldCount + field] = range.map { Int32(truncatingIfNeeded: start + $0.lowerBound) } ?? -1
            fieldLengths[row * fieldCount + field] = Int32(truncatingIfNeeded: range?.count ?? 0)
        }
    }

    /// What becomes of a line.
    public enum Verdict: UInt8, Sendable, Hashable {
        /// It is a record.
        case accepted
        /// It is not UTF-8.
        case invalidUTF8
        /// It is not JSON.
        case invalidJSON
        /// It is JSON, but no object.
        case notAnObject
        /// It nests too deep.
        case tooDeep

        /// Why it is refused; `nil` for a record.
        public var reason: RejectReason? {
            switch self {
            case .accepted: nil
            case .invalidUTF8: .invalidUTF8
            case .invalidJSON: .invalidJSON
            case .notAnObject: .notAnObject
            case .tooDeep: .tooDeep
            }
        }
    }
}

/// What a scanner found out about one line.
public struct JudgedLine: Sendable, Hashable {
    /// What becomes of it.
    public let verdict: ScanColumns.Verdict
    /// Its time in nanoseconds since the epoch; ``ScanColumns/noTime`` when there is none to read.
    public let timestamp: Int64
    /// Its ``Level`` code.
    public let level: UInt8
    /// Where the values of the asked-for fields are in it; empty when it is refused or none are asked for.
    public let fields: [Range<Int>?]

    /// Makes a finding.
    init(
        _ verdict: ScanColumns.Verdict, timestamp: Int64 = ScanColumns.noTime, level: UInt8 = 0,
        fields: [Range<Int>?] = []
    ) {
        self.verdict = verdict
        self.timestamp = timestamp
        self.level = level
        self.fields = fields
    }
}
