import LogCursor
import LogIngestion

/// ``LineFramer`` over a file that is read in pieces, as the engine keeps them: what has no newline yet goes in front of
/// the next piece.
enum FrameCase {
    static func prepare(_ task: CaseTask) -> CaseWork {
        {
            let input = try InputFile(task.input)
            let framer = LineFramer(maxLineBytes: IngestionSettings().maxLineBytes)
            var tally = Tally()
            var carry = LineCarry.none
            var buffer: [UInt8] = []
            var taken = 0
            while true {
                let left = buffer[taken...]
                let leftCount = left.count
                buffer = try input.next(benchedPiece, behind: left)
                let isEnd = buffer.count - leftCount < benchedPiece
                var lines = FramedLines(from: 0, at: tally.bytes - Int64(leftCount))
                var breaks = LineBreaks(of: buffer.span, by: benchedScanner)
                taken = framer.frame(
                    buffer.span, &breaks, in: 0..<buffer.count, isEnd: isEnd, carry: &carry, into: &lines)
                tally.bytes += Int64(buffer.count - leftCount)
                tally.lines += Int64(lines.lineCount)
                if isEnd { return tally }
            }
        }
    }
}
