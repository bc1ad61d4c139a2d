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
            var pending: [UInt8] = []
            while true {
                let piece = try input.next(benchedPiece)
                let isEnd = piece.count < benchedPiece
                let buffer = pending.isEmpty ? piece : pending + piece
                var lines = FramedLines(from: 0, at: tally.bytes - Int64(pending.count))
                let taken = framer.frame(buffer.span, from: 0, isEnd: isEnd, carry: &carry, into: &lines)
                pending = Array(buffer[taken...])
                tally.bytes += Int64(piece.count)
                for kind in lines.kinds where kind == .line { tally.lines += 1 }
                if isEnd { return tally }
            }
        }
    }
}
