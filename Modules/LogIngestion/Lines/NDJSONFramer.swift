public import LogCursor
public import LogModel

/// Cuts newline-delimited JSON into lines and batches of our SDKs.
public struct NDJSONFramer: RecordFramer {
    private let framer: LineFramer
    private let scanner: any RecordScanner
    private let checksums: any Checksums
    /// Room that one piece leaves to the next.
    private var breaks = LineBreaks()

    /// Puts a framer together.
    /// - Parameters:
    ///   - maxLineBytes: how long a line may be, in bytes, newline not counted; positive.
    ///   - scanner: what finds newlines, and tells a whole last line.
    ///   - checksums: what the checks of batches are computed with.
    ///   - rules: which bytes around a line are no part of it.
    public init(
        maxLineBytes: Int, scanner: any RecordScanner, checksums: any Checksums = PortableChecksums(),
        rules: FramingRules = .present
    ) {
        framer = LineFramer(maxLineBytes: maxLineBytes, rules: rules)
        self.scanner = scanner
        self.checksums = checksums
    }

    /// Whether a framer of lines has left the state.
    public func reads(_ state: FramingState) -> Bool { LineCarry(state) != nil }

    /// Whether the last line before the position was taken without its newline.
    public func isBehindOpenEnd(_ state: FramingState) -> Bool {
        guard let carry = LineCarry(state) else { return false }
        return carry.isBehindLastLine || carry == .continuation
    }

    /// Cuts bytes into lines, batches, and what is neither.
    public mutating func frame(
        _ bytes: Span<UInt8>, from start: Int, until end: ContentEnd, behind last: UInt8?, state: inout FramingState,
        into lines: inout FramedLines
    ) -> FramedPiece {
        var carry = LineCarry(state) ?? .continuation
        breaks.find(in: bytes, from: start, by: scanner)
        var isEnd = end == .closed
        var batches: [FramedBatch] = []
        var consumed = frame(
            bytes, from: start, isEnd: isEnd, behind: last, carry: &carry, into: &lines, batches: &batches)
        if end == .openTakingWhole {
            // Carriage returns wait: a newline that comes later tells whether the last of them belongs to it.
            var lineEnd = bytes.count
            while lineEnd > consumed, bytes[lineEnd - 1] == 0x0D { lineEnd -= 1 }
            if isWholeObject(bytes, consumed..<lineEnd, carry, lines) {
                consumed = framer.frame(
                    bytes, &breaks, in: consumed..<lineEnd, isEnd: true, carry: &carry, into: &lines)
                isEnd = true
            }
        }
        state = carry.state
        return FramedPiece(consumed: consumed, hasOpenEnd: isEnd && carry == .sealedLine, batches: batches)
    }

    /// Remembers that a last line became a record, so that blanks behind it are skipped.
    public func noteOpenEnd(_ state: inout FramingState, last: UInt8, isRecord: Bool) {
        guard framer.rules == .present, isRecord, last != 0x0D else { return }
        state = LineCarry.wholeLine.state
    }

    /// - Returns: where the first byte that was not taken is.
    private mutating func frame(
        _ bytes: Span<UInt8>, from start: Int, isEnd: Bool, behind last: UInt8?, carry: inout LineCarry,
        into lines: inout FramedLines, batches: inout [FramedBatch]
    ) -> Int {
        var index = start
        var plain = ...(-1)
        while true {
            index = framer.frame(
                bytes, &breaks, in: index..<bytes.count, isEnd: isEnd, carry: &carry, behind: last, into: &lines,
                plain: plain)
            // What is no control line and was not taken as a line either waits for its newline.
            guard index < bytes.count, framer.isControl(bytes, at: index, carry), !plain.contains(index) else {
                return index
            }
            switch BatchReader.read(bytes, &breaks, at: index, isEnd: isEnd, by: checksums) {
            case .unfinished: return index
            case .none: plain = ...index
            case .torn(let end):
                lines.append(.torn, index..<end)
                // Where the object goes on, its declared end is the beginning of something new.
                if isEnd, end == bytes.count, bytes[end - 1] != 0x0A { carry = .sealedLine }
                index = end
            case .whole(let control, let body):
                batches.append(take(bytes, control, from: index, body, carry: &carry, into: &lines))
                index = body.upperBound
            }
        }
    }

    private mutating func take(
        _ bytes: Span<UInt8>, _ control: ControlLine, from start: Int, _ body: Range<Int>, carry: inout LineCarry,
        into lines: inout FramedLines
    ) -> FramedBatch {
        let row = lines.count
        lines.append(.control, start..<body.lowerBound - 1, separator: 1)
        _ = framer.frame(bytes, &breaks, in: body, isEnd: false, carry: &carry, into: &lines)
        // Places in the object and in the buffer differ by this.
        let shift = lines.firstOffset - Int64(lines.firstStart)
        let place = BatchPlace(
            writer: control.writer, sequence: control.sequence, offset: shift + Int64(start),
            body: ByteRange(shift + Int64(body.lowerBound), shift + Int64(body.upperBound)))
        return FramedBatch(place: place, rows: row..<lines.count)
    }

    /// Whether bytes that wait are a whole JSON object, and no control line.
    private func isWholeObject(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ carry: LineCarry, _ lines: FramedLines
    ) -> Bool {
        let start = range.lowerBound
        guard !range.isEmpty, carry == .none || carry == .nulRun, !framer.isControl(bytes, at: start, carry) else {
            return false
        }
        var rest = FramedLines(from: start, at: lines.firstOffset + Int64(start) - Int64(lines.firstStart))
        var (none, carry) = (LineBreaks(), carry)
        _ = framer.frame(bytes, &none, in: range, isEnd: true, carry: &carry, into: &rest)
        return rest.lineCount == 1 && scanner.scan(rest, of: bytes, by: ScanSettings()).isAccepted(0)
    }
}
