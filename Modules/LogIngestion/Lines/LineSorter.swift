import LogCursor
import LogModel

/// Puts framed and scanned lines where they belong: among the records, the rejects or the counts.
struct LineSorter {
    /// The content that the stretches are of.
    let buffer: [UInt8]
    let lines: FramedLines
    let found: ScanColumns
    let moment: Timestamp
    /// The stretch that is a line which was taken without its newline; -1 when there is none.
    ///
    /// Behind it there may be NULs and a carriage return.
    let unterminated: Int
    var lineNumber: Int64
    var records: RecordColumns
    var rejects: [Reject] = []
    var counts = ByteAccount()
    var separators = 0
    var repeatedBatches = 0

    init(
        buffer: [UInt8], lines: FramedLines, found: ScanColumns, moment: Timestamp, lineNumber: Int64,
        lastIsUnterminated: Bool
    ) {
        self.buffer = buffer
        self.lines = lines
        self.found = found
        self.moment = moment
        self.lineNumber = lineNumber
        var last = lines.count - 1
        if last >= 0, lines.kind(last) == .separator { last -= 1 }
        let hasNULs = last > 0 && lines.kind(last) == .skip && lines.isLine(last - 1) && lines.separators[last - 1] == 0
        unterminated = lastIsUnterminated ? (hasNULs ? last - 1 : last) : -1
        records = RecordColumns(over: lines.rendered.isEmpty ? buffer : lines.rendered, capacity: found.count)
    }

    /// Whether the last line was taken without its newline and became a record.
    var lastIsUnterminatedRecord: Bool {
        records.flags.last.map { RecordFlags(rawValue: $0).contains(.unterminated) } ?? false
    }

    mutating func sort() {
        var (row, scanned) = (0, 0)
        while row < lines.count {
            let run = takeRun(from: row, scanned)
            if run > 0 {
                row += run
                scanned += run
                continue
            }
            if lines.isLine(row) {
                place(row, scanned)
                scanned += 1
            } else {
                count(row)
            }
            endLine(row)
            row += 1
        }
    }

    /// Counts a stretch that is no line to be scanned.
    private mutating func count(_ row: Int) {
        switch lines.kind(row) {
        case .line, .nothing: break
        case .skip, .control: skip(row)
        case .repeated:
            repeatedBatches += 1
            skip(row)
            lineNumber += newlines(row)
        case .torn:
            refuse(row, .tornBatch)
            lineNumber += newlines(row)
        case .skipRest: counts.skipBytes += Int64(lines.extent(row))
        case .tooLong: refuse(row, .lineTooLong)
        case .tooLongRest: refuse(row, .lineTooLong, continues: true)
        case .continuation: refuse(row, .continuationAfterSeal)
        case .continuationRest: refuse(row, .continuationAfterSeal, continues: true)
        case .malformed: refuse(row, .invalidJSON)
        case .malformedRest: refuse(row, .invalidJSON, continues: true)
        case .separator: counts.separatorBytes += Int64(lines.extent(row))
        }
    }

    private mutating func skip(_ row: Int) {
        counts.skips += 1
        counts.skipBytes += Int64(lines.extent(row))
    }

    private mutating func endLine(_ row: Int) {
        let separator = Int64(lines.separators[row])
        guard separator > 0 else { return }
        if !lines.separatorsAreMarks { counts.separatorBytes += separator }
        separators += 1
        lineNumber += 1
    }

    /// Takes lines in a row that are accepted and end in newlines, which nearly all are, a column at a time.
    /// - Returns: how many there were.
    private mutating func takeRun(from row: Int, _ scanned: Int) -> Int {
        // A line without its own newline, be it the last one or one with NULs behind it, goes by itself, and so does a record
        // whose text is none of the content.
        guard lines.extents.isEmpty, !lines.separatorsAreMarks else { return 0 }
        let most = min(lines.count - row, found.count - scanned)
        var count = 0
        while count < most, lines.isLine(row + count), found.isAccepted(scanned + count),
            lines.separators[row + count] > 0
        { count += 1 }
        guard count > 0 else { return 0 }
        let before = records.lineBytes
        records.append(
            starts: lines.starts[row..<row + count], lengths: lines.lengths[row..<row + count],
            offset: lines.offset(row), lineNumber: lineNumber + 1,
            timestamps: found.timestamps[scanned..<scanned + count], levels: found.levels[scanned..<scanned + count],
            noTime: ScanColumns.noTime, received: moment.nanoseconds)
        counts.records += Int64(count)
        counts.recordBytes += Int64(records.lineBytes - before)
        counts.separatorBytes += lines.separators[row..<row + count].reduce(0) { $0 &+ Int64($1) }
        separators += count
        lineNumber += Int64(count)
        return count
    }

    private mutating func place(_ row: Int, _ scanned: Int) {
        if let reason = found.verdict(scanned).reason { return refuse(row, reason) }
        let time = found.timestamps[scanned]
        let isMissing = time == ScanColumns.noTime
        var flags: RecordFlags = isMissing ? .timeOfReceipt : []
        if row == unterminated { flags.insert(.unterminated) }
        if lines.extent(row) != lines.lengths[row] { flags.insert(.minified) }
        records.append(
            lines.range(row), offset: lines.offset(row), lineNumber: lineNumber + 1,
            timestamp: isMissing ? moment.nanoseconds : time, level: found.levels[scanned],
            flags: flags)
        counts.records += 1
        counts.recordBytes += Int64(lines.extent(row))
    }

    private mutating func refuse(_ row: Int, _ reason: RejectReason, continues: Bool = false) {
        let range = lines.content(row)
        let offset = lines.offset(row)
        rejects.append(
            Reject(
                range: ByteRange(offset, offset + Int64(range.count)), lineNumber: lineNumber + 1, reason: reason,
                sample: Array(buffer[range.prefix(Reject.sampleLimit)]), continues: continues))
        counts.rejects += continues ? 0 : 1
        counts.rejectBytes += Int64(range.count)
    }

    /// How many lines end in a stretch that holds several.
    private func newlines(_ row: Int) -> Int64 {
        Int64(buffer[lines.content(row)].count { $0 == 0x0A })
    }
}
