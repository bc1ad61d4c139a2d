public import LogCursor
public import LogModel

/// Turns the bytes of one generation, piece after piece, into records, rejects and a moving cursor.
///
/// It does no I/O: what it gives depends on the bytes alone, not on the pieces in which they come.
public struct ObjectAssembler: Sendable {
    /// What was taken so far.
    public private(set) var progress: CursorProgress

    private var framer: any RecordFramer
    private let scanner: any RecordScanner
    private let checksums: any Checksums
    private let settings: ScanSettings
    /// Bytes behind the position that belong to a record whose end is not there.
    private var pending: [UInt8] = []
    /// The last bytes before the position, at most ``TailMark/limit``.
    private var recent: [UInt8]
    private var judge = BatchJudge()
    /// Batches before this place may have been taken from here.
    private let rewoundFrom: Int64
    // Room that one piece leaves to the next.
    private var lines = FramedLines(from: 0, at: 0)

    /// How many bytes before ``nextOffset`` a piece should begin with, so that nearly all unfinished lines stand whole in it.
    static let usefulSeam = 8 << 10

    /// Goes on at a cursor with newline-delimited JSON.
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
        self.init(
            from: progress, overlap: overlap,
            framer: NDJSONFramer(
                maxLineBytes: maxLineBytes, scanner: scanner, checksums: checksums, rules: rules),
            scanner: scanner, checksums: checksums, settings: settings, rewoundFrom: rewoundFrom)
    }

    /// Goes on at a cursor with any format, as above.
    ///
    /// `framer` must read the state of `progress`.
    public init(
        from progress: CursorProgress, overlap: [UInt8], framer: any RecordFramer, scanner: any RecordScanner,
        checksums: any Checksums = PortableChecksums(), settings: ScanSettings, rewoundFrom: Int64 = 0
    ) {
        precondition(overlap.count == progress.tail.length, "the overlap must be what the tail mark covers")
        self.progress = progress
        self.framer = framer
        self.scanner = scanner
        self.checksums = checksums
        self.settings = settings
        self.rewoundFrom = rewoundFrom
        recent = overlap
    }

    /// Where in the object the next piece must begin.
    public var nextOffset: Int64 { progress.position + Int64(pending.count) }

    /// Whether there are bytes that wait for the end of their record.
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
        for batch in framed.piece.batches {
            let (place, writer) = (batch.place, batch.place.writer)
            let known = place.offset < rewoundFrom ? try await origin(place) : nil
            if known == nil, !judge.knows(writer) { judge.learn(writer, try await state(writer)) }
            decide(batch, known)
        }
        return sort(framed, at: moment)
    }

    /// Takes the next piece as above; batches of writers of which nothing was learnt are new.
    public mutating func take(
        _ piece: [UInt8], from start: Int = 0, isEnd: Bool, takesWhole: Bool = false, at moment: Timestamp
    ) -> Output {
        let framed = frame(piece, from: start, isEnd: isEnd, takesWhole: takesWhole, at: moment)
        for batch in framed.piece.batches { decide(batch, nil) }
        return sort(framed, at: moment)
    }

    /// A piece that was cut into records, which stand in `lines`.
    private struct Framed {
        /// The bytes of the piece, behind those that waited.
        let buffer: [UInt8]
        /// Where in the buffer the bytes begin that are taken now.
        let begin: Int
        /// What was taken.
        let piece: FramedPiece
        /// Whether the position was behind a record that was counted although its end was not there.
        let beganBehindOpenEnd: Bool
    }

    private mutating func frame(
        _ piece: [UInt8], from start: Int, isEnd: Bool, takesWhole: Bool, at moment: Timestamp
    ) -> Framed {
        let isWhole = pending.count <= start
        let buffer = isWhole ? piece : pending + piece[start...]
        let begin = isWhole ? start - pending.count : 0
        let end = progress.position + Int64(buffer.count - begin)
        if end > progress.sizeSeen {
            progress.sizeSeen = end
            progress.grownAt = moment
        }
        let beganBehindOpenEnd = framer.isBehindOpenEnd(progress.framing)
        lines.begin(from: begin, at: progress.position)
        let framed = framer.frame(
            buffer.span, from: begin, until: isEnd ? .closed : takesWhole ? .openTakingWhole : .open,
            behind: recent.last, state: &progress.framing, into: &lines)
        return Framed(buffer: buffer, begin: begin, piece: framed, beganBehindOpenEnd: beganBehindOpenEnd)
    }

    private mutating func decide(_ batch: FramedBatch, _ origin: BatchOrigin?) {
        // Lines that were taken from here meet themselves in the store.
        guard origin != .here, origin == .elsewhere || judge.isRepeated(batch.place) else { return }
        lines.markRepeated(batch.rows, length: Int(batch.place.body.upper - batch.place.offset))
    }

    /// Judges the records of a piece, and moves the position behind it.
    private mutating func sort(_ framed: Framed, at moment: Timestamp) -> Output {
        let (buffer, piece) = (framed.buffer, framed.piece)
        let from = progress.position
        let text = lines.rendered.isEmpty ? buffer : lines.rendered
        let found = scanner.scan(lines, of: text.span, by: settings)
        // The newline behind a sealed line ends a line that was counted when it was sealed.
        var sorter = LineSorter(
            buffer: buffer, lines: lines, found: found, moment: moment,
            lineNumber: framed.beganBehindOpenEnd ? progress.lines - 1 : progress.lines,
            lastIsUnterminated: piece.hasOpenEnd)
        sorter.sort()
        let endsLine = sorter.separators > 0 || !framed.beganBehindOpenEnd
        if endsLine { progress.lines = sorter.lineNumber }
        progress.counts += sorter.counts
        if piece.hasOpenEnd, piece.consumed > framed.begin, endsLine {
            progress.lines += 1
            framer.noteOpenEnd(
                &progress.framing, last: buffer[piece.consumed - 1], isRecord: sorter.lastIsUnterminatedRecord)
        }
        advance(over: buffer, framed.begin..<piece.consumed)
        return Output(
            from: from, progress: progress, account: sorter.counts, repeatedBatches: sorter.repeatedBatches,
            records: sorter.records, rejects: sorter.rejects, writers: judge.moves())
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
