/// The work on every byte: finds where lines end, judges lines by the acceptance rule, and finds their time, level and
/// asked-for fields.
///
/// The rule, the same for all scanners: a line is one JSON object (RFC 8259) in valid UTF-8, nested at most 64 deep.
/// Lone surrogates, NUL escapes, duplicate keys, numbers of any size, keys of any form and a byte order mark at the
/// start of an object are admitted. A line that is not UTF-8 is ``RejectReason/invalidUTF8`` whatever else it is.
///
/// Time and level: the first of the named members, in the order of the names, that can be read; of duplicate members
/// the first counts. Names are compared with the bytes of the key as it is written.
///
/// A field's value is that of the first member of its name, as it stands in the line.
public protocol RecordScanner: Sendable {
    /// Appends the positions of all 0x0A of `bytes` from `start` on to `positions`, in order.
    func findLineBreaks(in bytes: Span<UInt8>, from start: Int, into positions: inout [Int32])

    /// Scans the lines of a buffer and gives one row for each, in order.
    func scan(_ lines: FramedLines, of bytes: Span<UInt8>, by settings: ScanSettings) -> ScanColumns
}

/// What a scanner looks for.
public struct ScanSettings: Sendable, Hashable {
    /// Names of the members that may hold the time, the best first.
    public let timestampKeys: [[UInt8]]
    /// Names of the members that may hold the level, the best first.
    public let levelKeys: [[UInt8]]
    /// Names of the members whose values are asked for; each one once.
    public let fields: [[UInt8]]

    /// The usual names, behind an app's own one for the time, and the fields that are asked for.
    public init(timestampKey: String? = nil, fields: [String] = []) {
        self.fields = fields.map { Array($0.utf8) }
        precondition(Set(self.fields).count == fields.count, "a field must be asked for once")
        timestampKeys = ([timestampKey].compactMap { $0 } + ["timestamp", "@timestamp", "time", "ts"]).map {
            Array($0.utf8)
        }
        levelKeys = ["level", "severity", "lvl"].map { Array($0.utf8) }
    }
}
