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
    private let checksums: any Checksums
    private let settings: ScanSettings
    /// Bytes behind the position that have no newline yet.
    private var pending: [UInt8] = []
    /// The last bytes before the position, at most ``TailMark/limit``.
    private var recent: [UInt8]
    private var judge = BatchJudge()
    /// Batches before this place may have been taken from here.
    private let rewoundFrom: Int64
    // Room that one piece leaves to the next.
    private var breaks = LineBreaks()
    private var lines = FramedLines(from: 0, at: 0)

    /// How many bytes before ``nextOffset`` a piece should begin with, so that nearly all unfinished lines stand whole in it.
    static let usefulSeam = 8 << 10

    /// Goes on at a cursor.
    /// - Parameters:
    ///   - progress: what was taken before.
    ///   - overlap: the bytes in front of the position that `progress.tail` covers, read again.
    ///   - maxLineBytes: how long a line may be, newline not counted.
    ///   - scanner: what judges the lines.
    ///   - checksums: what the digest, and the checks of batches, are computed with.
    ///   - settings: what the scanner looks for.
    ///   - rewoundFrom: the origin of each batch before this place is asked for.
    ///   - rules: which bytes around a line are no part of it.
    public init(
        from progress: CursorProgress, overlap: [UInt8], maxLineBytes: Int, scanner: any RecordScanner,
        checksums: any Checksums = PortableChecksums(), settings: ScanSettings, rewoundFrom: Int64 = 0,
        rules: FramingRules = .present
    ) {
        precondition(overlap.count == progress.tail.length, "the overlap must be what the tail mark covers")
        self.progress = progress
        self.scanner = scanner
        self.checksums = checksums
        self.settings = settings
        framer = LineFramer(maxLineBytes: maxLineBytes, rules: rules)
        recent = overlap
        self.rewoundFrom = rewoundFrom
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
        public internal(set) var progress: CursorProgress
        /// What the bytes that are taken now were.
        public let account: ByteAccount
        /// How many of their batches were skipped because they were taken before.
        public let repeatedBatches: Int
        /// The accepted lines.
        public let records: RecordColumns
        /// The refused ranges.
        public let rejects: [Reject]
        /// What becomes known of the writers of batches.
        public let writers: [WriterMove]
    }

    /// Notes what the source says of an object that was read to its end.
    mutating func noteEnd(version: String?, hidden: Int64) {
        progress.versionSeen = version
        progress.hiddenSeen = hidden
    }

    /// Learns the stored state of a writer, so that it is not asked for.
    public mutating func learn(_ writer: WriterID, _ state: WriterState) { judge.learn(writer, state) }

    /// Takes the next piece, and asks what is known of the batches in it.
    ///
    /// What it asks for must be as it was when all that was taken before is stored.
    /// - Parameters:
    ///   - piece: bytes of the object, fewer than 2 GiB with those that wait; those from `start` on are the ones from
    ///     ``nextOffset`` on.
    ///   - start: where they begin. The bytes before it must be those of the object before ``nextOffset``: when they
    ///     reach back to the unfinished line, nothing is copied.
    ///   - isEnd: whether the object ends here, so that a last line without a newline counts.
    ///   - takesWhole: whether a last line without a newline counts all the same when it is a whole JSON object: nothing
    ///     that is appended to it could make another line of it.
    ///   - moment: the time of receipt.
    ///   - origin: where the lines of a batch before `rewoundFrom` were taken from; `nil` lets the state of its writer
    ///     decide.
    ///   - state: the stored state of a writer, which is asked for once.
    /// - Returns: what is now complete, and how far the position has moved.
    /// - Throws: what `origin` and `state` throw; the assembler is of no use then.
    public mutating func take(
        _ piece: [UInt8], from start: Int = 0, isEnd: Bool, takesWhole: Bool = false, at moment: Timestamp,
        origin: (BatchPlace) async throws -> BatchOrigin?, state: (WriterID) async throws -> WriterState
    ) async throws -> Output {
        let framed = frame(piece, from: start, isEnd: isEnd, takesWhole: takesWhole, at: moment)
        for (batch, rows) in framed.batches {
            let known = batch.offset < rewoundFrom ? try await origin(batch) : nil
            if known == nil, !judge.knows(batch.writer) { judge.learn(batch.writer, try await state(batch.writer)) }
            decide(batch, rows, known)
        }
        return sort(framed, at: moment)
    }

    /// Takes the next piece as above; batches of writers of which nothing was learnt are new.
    public mutating func take(
        _ piece: [UInt8], from start: Int = 0, isEnd: Bool, takesWhole: Bool = false, at moment: Timestamp
    ) -> Output {
        let framed = frame(piece, from: start, isEnd: isEnd, takesWhole: takesWhole, at: moment)
        for (batch, rows) in framed.batches { decide(batch, rows, nil) }
        return sort(framed, at: moment)
    }

    /// A piece that was cut into lines and batches, which stand in `lines`.
    private struct FramedPiece {
        /// The bytes of the piece, behind those that waited.
        let buffer: [UInt8]
        /// Where in the buffer the bytes begin that are taken now.
        let begin: Int
        /// Where the first byte is that is not taken.
        let consumed: Int
        /// The whole batches, and the stretches that are theirs.
        let batches: [(BatchPlace, rows: Range<Int>)]
        /// Whether a last line without a newline was taken.
        let isEnd: Bool
        /// Whether the position was behind the end of a line that was counted.
        let endsCountedLine: Bool
    }

    private mutating func frame(
        _ piece: [UInt8], from start: Int, isEnd: Bool, takesWhole: Bool, at moment: Timestamp
    ) -> FramedPiece {
        let isWhole = pending.count <= start
        let buffer = isWhole ? piece : pending + piece[start...]
        let begin = isWhole ? start - pending.count : 0
        let endsCountedLine = progress.carry.isBehindLastLine || progress.carry == .continuation
        let end = progress.position + Int64(buffer.count - begin)
        if end > progress.sizeSeen {
            progress.sizeSeen = end
            progress.grownAt = moment
        }
        var isEnd = isEnd
        var (consumed, batches) = frame(buffer, from: begin, isEnd: isEnd)
        if takesWhole, !isEnd {
            // Carriage returns wait: a newline that comes later tells whether the last of them belongs to it.
            var lineEnd = buffer.count
            while lineEnd > consumed, buffer[lineEnd - 1] == 0x0D { lineEnd -= 1 }
            if isWholeObject(buffer.span, consumed..<lineEnd) {
                consumed = framer.frame(
                    buffer.span, &breaks, in: consumed..<lineEnd, isEnd: true, carry: &progress.carry, into: &lines)
                isEnd = true
            }
        }
        return FramedPiece(
            buffer: buffer, begin: begin, consumed: consumed, batches: batches, isEnd: isEnd,
            endsCountedLine: endsCountedLine)
    }

    private mutating func decide(_ batch: BatchPlace, _ rows: Range<Int>, _ origin: BatchOrigin?) {
        // Lines that were taken from here meet themselves in the store.
        guard origin != .here, origin == .elsewhere || judge.isRepeated(batch) else { return }
        lines.markRepeated(rows, length: Int(batch.body.upper - batch.offset))
    }

    /// Judges the lines of a piece, and moves the position behind it.
    private mutating func sort(_ framed: FramedPiece, at moment: Timestamp) -> Output {
        let (buffer, consumed, endsCountedLine) = (framed.buffer, framed.consumed, framed.endsCountedLine)
        let from = progress.position
        let found = scanner.scan(lines, of: buffer.span, by: settings)
        // The newline behind a sealed line ends a line that was counted when it was sealed.
        var sorter = LineSorter(
            buffer: buffer, lines: lines, found: found, moment: moment,
            lineNumber: endsCountedLine ? progress.lines - 1 : progress.lines,
            lastIsUnterminated: framed.isEnd && progress.carry == .sealedLine)
        sorter.sort()
        let finishedLines = sorter.separators > 0 || !endsCountedLine ? sorter.lineNumber : progress.lines
        progress.counts += sorter.counts
        progress.lines = finishedLines
        if framed.isEnd, consumed > framed.begin, progress.carry == .sealedLine,
            sorter.separators > 0 || !endsCountedLine
        {
            progress.lines += 1
            if framer.rules == .present, sorter.lastIsUnterminatedRecord, buffer[consumed - 1] != 0x0D {
                progress.carry = .wholeLine
            }
        }
        advance(over: buffer, framed.begin..<consumed)
        return Output(
            from: from, progress: progress, account: sorter.counts, repeatedBatches: sorter.repeatedBatches,
            records: sorter.records, rejects: sorter.rejects, writers: judge.moves())
    }

    /// Whether bytes that wait are a whole JSON object, and no control line.
    private func isWholeObject(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let start = range.lowerBound
        guard !range.isEmpty, progress.carry == .none || progress.carry == .nulRun,
            !framer.isControl(bytes, at: start, progress.carry)
        else { return false }
        var rest = FramedLines(from: start, at: lines.firstOffset + Int64(start) - Int64(lines.firstStart))
        var (none, carry) = (LineBreaks(), progress.carry)
        _ = framer.frame(bytes, &none, in: range, isEnd: true, carry: &carry, into: &rest)
        return rest.lineCount == 1 && scanner.scan(rest, of: bytes, by: ScanSettings()).isAccepted(0)
    }

    /// Cuts a buffer into lines and batches.
    /// - Returns: where the first byte that was not taken is, and the whole batches with the stretches that are theirs.
    private mutating func frame(
        _ buffer: [UInt8], from begin: Int, isEnd: Bool
    ) -> (consumed: Int, batches: [(BatchPlace, rows: Range<Int>)]) {
        let bytes = buffer.span
        // Places in the object and in the buffer differ by this.
        let shift = progress.position - Int64(begin)
        lines.begin(from: begin, at: progress.position)
        breaks.find(in: bytes, from: begin, by: scanner)
        var batches: [(BatchPlace, rows: Range<Int>)] = []
        var index = begin
        var plain = ...(-1)
        while true {
            index = framer.frame(
                bytes, &breaks, in: index..<bytes.count, isEnd: isEnd, carry: &progress.carry, behind: recent.last,
                into: &lines, plain: plain)
            // What is no control line and was not taken as a line either waits for its newline.
            guard index < bytes.count, framer.isControl(bytes, at: index, progress.carry), !plain.contains(index)
            else { return (index, batches) }
            switch BatchReader.read(bytes, &breaks, at: index, isEnd: isEnd, by: checksums) {
            case .unfinished: return (index, batches)
            case .none: plain = ...index
            case .torn(let end):
                lines.append(.torn, index..<end)
                // Where the object goes on, its declared end is the beginning of something new.
                if isEnd, end == bytes.count, bytes[end - 1] != 0x0A { progress.carry = .sealedLine }
                index = end
            case .whole(let control, let body):
                let row = lines.count
                lines.append(.control, index..<body.lowerBound - 1, separator: 1)
                _ = framer.frame(bytes, &breaks, in: body, isEnd: false, carry: &progress.carry, into: &lines)
                let place = BatchPlace(
                    writer: control.writer, sequence: control.sequence, offset: shift + Int64(index),
                    body: ByteRange(shift + Int64(body.lowerBound), shift + Int64(body.upperBound)))
                batches.append((place, row..<lines.count))
                index = body.upperBound
            }
        }
    }

    private mutating func advance(over buffer: [UInt8], _ taken: Range<Int>) {
        pending = taken.upperBound == buffer.count ? [] : Array(buffer[taken.upperBound...])
        guard !taken.isEmpty else { return }
        progress.position += Int64(taken.count)
        progress.digest.update(buffer.span.extracting(taken), by: checksums)
        if taken.count >= TailMark.limit {
            recent = Array(buffer[taken.upperBound - TailMark.limit..<taken.upperBound])
        } else {
            recent = Array((recent + buffer[taken]).suffix(TailMark.limit))
        }
        progress.tail = TailMark(endOf: recent.span)
    }
}
