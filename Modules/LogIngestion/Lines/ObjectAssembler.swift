public import LogCursor
public import LogModel

/// Turns the bytes of one generation, piece after piece, into records, rejects and a moving cursor.
///
/// It does no I/O: what it gives depends on the bytes alone, not on the pieces in which they come.
public struct ObjectAssembler: Sendable {
    /// What was taken so far.
    public private(set) var progress: CursorProgress

    private let framer: LineFramer
    private let scanner: any RecordScanner
    private let settings: ScanSettings
    /// Bytes behind the position that have no newline yet.
    private var pending: [UInt8] = []
    /// The last bytes before the position, at most ``TailMark/limit``.
    private var recent: [UInt8]

    /// Goes on at a cursor.
    /// - Parameters:
    ///   - progress: what was taken before.
    ///   - overlap: the bytes in front of the position that `progress.tail` covers, read again.
    ///   - maxLineBytes: how long a line may be, newline not counted.
    ///   - scanner: what judges the lines.
    ///   - settings: what the scanner looks for.
    public init(
        from progress: CursorProgress, overlap: [UInt8], maxLineBytes: Int, scanner: any RecordScanner,
        settings: ScanSettings
    ) {
        precondition(overlap.count == progress.tail.length, "the overlap must be what the tail mark covers")
        self.progress = progress
        self.scanner = scanner
        self.settings = settings
        framer = LineFramer(maxLineBytes: maxLineBytes)
        recent = overlap
    }

    /// Where in the object the next piece must begin.
    public var nextOffset: Int64 { progress.position + Int64(pending.count) }

    /// Whether there are bytes that wait for their newline.
    public var hasUnfinishedLine: Bool { !pending.isEmpty }

    /// What a piece gave.
    public struct Output: Sendable {
        /// Where the position was before.
        public let from: Int64
        /// What is taken now.
        public let progress: CursorProgress
        /// The accepted lines.
        public let records: RecordColumns
        /// The refused ranges.
        public let rejects: [Reject]
    }

    /// Takes the next piece.
    /// - Parameters:
    ///   - piece: the bytes from ``nextOffset`` on; fewer than 2 GiB with those that wait.
    ///   - isEnd: whether the object ends here, so that a last line without a newline counts.
    ///   - moment: the time of receipt.
    /// - Returns: what is now complete, and how far the position has moved.
    public mutating func take(_ piece: [UInt8], isEnd: Bool, at moment: Timestamp) -> Output {
        let buffer = pending.isEmpty ? piece : pending + piece
        let from = progress.position
        let endsCountedLine = progress.carry == .sealedLine || progress.carry == .continuation
        if from + Int64(buffer.count) > progress.sizeSeen {
            progress.sizeSeen = from + Int64(buffer.count)
            progress.grownAt = moment
        }
        var lines = FramedLines(from: 0, at: from)
        let consumed = framer.frame(buffer.span, from: 0, isEnd: isEnd, carry: &progress.carry, into: &lines)
        var found = ScanColumns()
        scanner.scan(lines, of: buffer.span, by: settings, into: &found)
        // The newline behind a sealed line ends a line that was counted when it was sealed.
        var sorter = LineSorter(
            buffer: buffer, lines: lines, found: found, moment: moment,
            lineNumber: endsCountedLine ? progress.lines - 1 : progress.lines,
            lastIsUnterminated: isEnd && progress.carry == .sealedLine)
        sorter.sort()
        let finishedLines = sorter.separators > 0 || !endsCountedLine ? sorter.lineNumber : progress.lines
        progress.counts += sorter.counts
        progress.lines = finishedLines
        if isEnd, consumed > 0, progress.carry == .sealedLine { progress.lines += 1 }
        advance(over: buffer, by: consumed)
        return Output(from: from, progress: progress, records: sorter.records, rejects: sorter.rejects)
    }

    private mutating func advance(over buffer: [UInt8], by consumed: Int) {
        pending = consumed == buffer.count ? [] : Array(buffer[consumed...])
        guard consumed > 0 else { return }
        progress.position += Int64(consumed)
        progress.digest.update(buffer.span.extracting(0..<consumed))
        if consumed >= TailMark.limit {
            recent = Array(buffer[consumed - TailMark.limit..<consumed])
        } else {
            recent = Array((recent + buffer[0..<consumed]).suffix(TailMark.limit))
        }
        progress.tail = TailMark(endOf: recent.span)
    }
}

/// Puts framed and scanned lines where they belong: among the records, the rejects or the counts.
private struct LineSorter {
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
        records = RecordColumns(over: buffer, capacity: found.verdicts.count)
    }

    mutating func sort() {
        var scanned = 0
        for row in 0..<lines.count {
            let bytes = Int64(lines.lengths[row])
            switch lines.kinds[row] {
            case .line:
                place(row, scanned)
                scanned += 1
            case .separator:
                counts.separatorBytes += bytes
                separators += 1
                lineNumber += 1
            case .skip:
                counts.skips += 1
                counts.skipBytes += bytes
            case .skipRest: counts.skipBytes += bytes
            case .tooLong: refuse(row, .lineTooLong)
            case .tooLongRest: refuse(row, .lineTooLong, continues: true)
            case .continuation: refuse(row, .continuationAfterSeal)
            case .continuationRest: refuse(row, .continuationAfterSeal, continues: true)
            }
        }
    }

    private mutating func place(_ row: Int, _ scanned: Int) {
        switch found.verdicts[scanned] {
        case .rejected(let reason): refuse(row, reason)
        case .skipped:
            counts.skips += 1
            counts.skipBytes += Int64(lines.lengths[row])
        case .accepted:
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
}
