import LogIngestion

/// ``LineFramer`` over a file that is read in pieces.
enum FrameCase {
    static func prepare(_ task: CaseTask) -> CaseWork {
        {
            try FramedPieces.read(task.input, size: benchedPiece) { lines, _, tally in
                tally.lines += Int64(lines.lineCount)
            }
        }
    }
}
