import LogCursor
import LogModel

/// Puts framed and scanned lines where they belong: among the records, the rejects or the counts.
struct LineSorter {
    let buffer: [UInt8]
    let lines: FramedLines
    let found: ScanColumns
    let moment: Timestamp
    /// Whether the last stretch is a line that was taken without its newline.
    let lastIsUnterminated: Bool
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
        self.lastIsUnterminated = lastIsUnterminated
        records = RecordColumns(over: buffer)
    }

    mutating func sort() {
        guard !takeAllAsRecords() else { return }
        records = RecordColumns(over: buffer, capacity: found.count)
        var scanned = 0
        var next = 0
        while next < lines.count {
            let row = next
            let run = takeRun(from: row, scanned)
            guard run == 0 else {
                scanned += run
                next += run
                continue
            }
            next += 1
            let bytes = Int64(lines.lengths[row])
            switch lines.kind(row) {
            case .line:
                place(row, scanned)
                scanned += 1
            case .nothing: break
            case .skip:
                counts.skips += 1
                counts.skipBytes += bytes
            case .control:
                counts.skips += 1
                counts.skipBytes += bytes
            case .repeated:
                repeatedBatches += 1
                counts.skips += 1
                counts.skipBytes += bytes
                lineNumber += newlines(row)
            case .torn:
                refuse(row, .tornBatch)
                lineNumber += newlines(row)
            case .skipRest: counts.skipBytes += bytes
            case .tooLong: refuse(row, .lineTooLong)
            case .tooLongRest: refuse(row, .lineTooLong, continues: true)
            case .continuation: refuse(row, .continuationAfterSeal)
            case .continuationRest: refuse(row, .continuationAfterSeal, continues: true)
            }
            let separator = Int64(lines.separators[row])
            guard separator > 0 else { continue }
            counts.separatorBytes += separator
            separators += 1
            lineNumber += 1
        }
    }

    /// Most pieces hold nothing but whole lines that are accepted: what framing and scanning found are then the columns
    /// of the records.
    private mutating func takeAllAsRecords() -> Bool {
        let count = lines.count
        guard count > 0, found.count == count, !lastIsUnterminated, lines.isAllWholeLines,
            found.isAllAccepted
        else { return false }
        let base = lines.offset(0) - Int64(lines.starts[0])
        let lineBytes = lines.lengths.reduce(0) { $0 &+ Int($1) }
        let first = lineNumber
        let areTimed = !found.timestamps.contains(ScanColumns.noTime)
        let (now, noTime, received) = (moment.nanoseconds, ScanColumns.noTime, RecordFlags.timeOfReceipt.rawValue)
        records = RecordColumns(
            over: buffer, starts: lines.starts, lengths: lines.lengths,
            offsets: lines.starts.map { base &+ Int64($0) }, lineNumbers: (0..<count).map { first &+ 1 &+ Int64($0) },
            timestamps: areTimed ? found.timestamps : found.timestamps.map { $0 == noTime ? now : $0 },
            levels: found.levels,
            flags: areTimed
                ? Array(repeating: 0, count: count) : found.timestamps.map { $0 == noTime ? received : 0 },
            lineBytes: lineBytes)
        counts.records = Int64(count)
        counts.recordBytes = Int64(lineBytes)
        counts.separatorBytes = lines.separators.reduce(0) { $0 &+ Int64($1) }
        separators = count
        lineNumber += Int64(count)
        return true
    }

    /// Takes lines in a row that are accepted and end in newlines, a column at a time.
    /// - Returns: how many there were.
    private mutating func takeRun(from row: Int, _ scanned: Int) -> Int {
        // The last line may lack its newline.
        let most = min(lines.count - row - (lastIsUnterminated ? 1 : 0), found.count - scanned)
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
        if lastIsUnterminated, row == lines.count - 1 { flags.insert(.unterminated) }
        records.append(
            lines.range(row), offset: lines.offset(row), lineNumber: lineNumber + 1,
            timestamp: isMissing ? moment.nanoseconds : time, level: found.levels[scanned],
            flags: flags)
        counts.records += 1
        counts.recordBytes += Int64(lines.lengths[row])
    }

    private mutating func refuse(_ row: Int, _ reason: RejectReason, continues: Bool = false) {
        let range = lines.range(row)
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
        Int64(buffer[lines.range(row)].count { $0 == 0x0A })
    }
}
