/// Judges lines by the acceptance rule and finds their time and level.
///
/// The rule, the same for all scanners: a line is one JSON object (RFC 8259) in valid UTF-8, nested at most 64 deep.
/// Lone surrogates, NUL escapes, duplicate keys, numbers of any size, keys of any form and a byte order mark at the
/// start of an object are admitted. A line that is not UTF-8 is ``RejectReason/invalidUTF8`` whatever else it is.
///
/// Time and level: the first of the named members, in the order of the names, that can be read; of duplicate members
/// the first counts. Names are compared with the bytes of the key as it is written.
public protocol RecordScanner: Sendable {
    /// Scans lines of a buffer and appends one row for each to `columns`, in order.
    func scan(_ lines: FramedLines, of bytes: Span<UInt8>, by settings: ScanSettings, into columns: inout ScanColumns)
}

/// What a scanner looks for.
public struct ScanSettings: Sendable, Hashable {
    /// Names of the members that may hold the time, the best first.
    public let timestampKeys: [[UInt8]]
    /// Names of the members that may hold the level, the best first.
    public let levelKeys: [[UInt8]]

    /// The usual names, behind an app's own one for the time.
    public init(timestampKey: String? = nil) {
        timestampKeys = ([timestampKey].compactMap { $0 } + ["timestamp", "@timestamp", "time", "ts"]).map {
            Array($0.utf8)
        }
        levelKeys = ["level", "severity", "lvl"].map { Array($0.utf8) }
    }
}

/// What a scanner found, a row for each line.
public struct ScanColumns: Sendable, Hashable {
    /// The verdict on each line.
    public private(set) var verdicts: [Verdict] = []
    /// The time of each accepted line in nanoseconds since the epoch, ``noTime`` when there is none to read.
    public private(set) var timestamps: [Int64] = []
    /// The ``Level`` code of each accepted line.
    public private(set) var levels: [UInt8] = []

    /// What stands for a time that could not be read.
    public static let noTime = Int64.min

    /// Columns without rows.
    public init() {}

    /// Forgets the rows and keeps the room.
    public mutating func removeAll() {
        verdicts.removeAll(keepingCapacity: true)
        timestamps.removeAll(keepingCapacity: true)
        levels.removeAll(keepingCapacity: true)
    }

    /// Adds a row; time and level are those of an accepted line.
    public mutating func append(_ verdict: Verdict, timestamp: Int64 = noTime, level: UInt8 = 0) {
        verdicts.append(verdict)
        timestamps.append(timestamp)
        levels.append(level)
    }

    /// What becomes of a line.
    public enum Verdict: Sendable, Hashable {
        /// It is a record.
        case accepted
        /// It is refused.
        case rejected(RejectReason)
    }
}
