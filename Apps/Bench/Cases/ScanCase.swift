import LogCursor
import LogIngestion
import LogModel

/// ``LineFramer`` and the scanner over a file that is read in the pieces that the engine reads: lines, verdicts, times
/// and levels, and nothing done with them.
enum ScanCase {
    static func prepare(_ task: CaseTask) -> CaseWork {
        {
            let input = try InputFile(task.input)
            let framer = LineFramer(maxLineBytes: IngestionSettings().maxLineBytes)
            var tally = Tally()
            var carry = LineCarry.none
            var unfinished: ArraySlice<UInt8> = []
            while true {
                let piece = try input.next(benchedChunk, behind: unfinished)
                let fresh = piece.count - unfinished.count
                let isEnd = fresh < benchedChunk
                var lines = FramedLines(from: 0, at: tally.bytes - Int64(unfinished.count))
                var breaks = LineBreaks(of: piece.span, by: benchedScanner)
                let taken = framer.frame(
                    piece.span, &breaks, in: 0..<piece.count, isEnd: isEnd, carry: &carry, into: &lines)
                let found = benchedScanner.scan(lines, of: piece.span, by: ScanSettings())
                unfinished = piece[taken...]
                tally.bytes += Int64(fresh)
                tally.lines += Int64(found.count)
                tally.records += Int64(found.verdictCodes.count { $0 == ScanColumns.Verdict.accepted.rawValue })
                if isEnd { return tally }
            }
        }
    }
}
