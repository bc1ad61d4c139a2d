import LogCursor
import LogIngestion

/// A file that is cut into lines piece by piece: what has no newline yet stands in front of the next piece.
enum FramedPieces {
    /// Reads a file to its end, `size` bytes at a time, and shows the lines of each piece to `visit`.
    /// - Returns: the tally, its bytes filled in.
    @discardableResult
    static func read(
        _ path: String, size: Int, _ visit: (FramedLines, Span<UInt8>, inout Tally) throws -> Void
    ) throws -> Tally {
        let input = try InputFile(path)
        let framer = LineFramer(maxLineBytes: IngestionSettings().maxLineBytes)
        var tally = Tally()
        var carry = LineCarry.none
        var unfinished: ArraySlice<UInt8> = []
        while true {
            let piece = try input.next(size, behind: unfinished)
            let fresh = piece.count - unfinished.count
            let isEnd = fresh < size
            var lines = FramedLines(from: 0, at: tally.bytes - Int64(unfinished.count))
            var breaks = LineBreaks(of: piece.span, by: benchedScanner)
            let taken = framer.frame(
                piece.span, &breaks, in: 0..<piece.count, isEnd: isEnd, carry: &carry, into: &lines)
            try visit(lines, piece.span, &tally)
            unfinished = piece[taken...]
            tally.bytes += Int64(fresh)
            if isEnd { return tally }
        }
    }
}

extension FramedLines {
    /// The lines of bytes to which nothing is added.
    init(whole bytes: Span<UInt8>, by scanner: any RecordScanner) {
        self.init(from: 0, at: 0)
        var breaks = LineBreaks(of: bytes, by: scanner)
        var carry = LineCarry.none
        _ = LineFramer(maxLineBytes: IngestionSettings().maxLineBytes).frame(
            bytes, &breaks, in: 0..<bytes.count, isEnd: true, carry: &carry, into: &self)
    }
}

extension ScanColumns {
    /// How many lines are records.
    var acceptedCount: Int { verdictCodes.count { $0 == Verdict.accepted.rawValue } }
}
