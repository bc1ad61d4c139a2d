import LogIngestion

/// ``LineFramer`` and the scanner over a file that is read in the pieces that the engine reads: lines, verdicts, times
/// and levels, and nothing done with them.
enum ScanCase {
    static func prepare(_ task: CaseTask) -> CaseWork {
        {
            try FramedPieces.read(task.input, size: benchedChunk) { lines, bytes, tally in
                let found = benchedScanner.scan(lines, of: bytes, by: ScanSettings())
                tally.lines += Int64(found.count)
                tally.records += Int64(found.acceptedCount)
            }
        }
    }
}
