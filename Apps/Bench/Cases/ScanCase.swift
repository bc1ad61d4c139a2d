import LogCursor
import LogIngestion
import LogModel
import SystemAdapter

/// ``ObjectAssembler`` over a file that is read in the pieces that the engine reads: lines, batches, verdicts, columns,
/// counts and the digest, and no store.
enum ScanCase {
    static func prepare(_ task: CaseTask) -> CaseWork {
        {
            let input = try InputFile(task.input)
            let clock = SystemClock()
            var assembler = ObjectAssembler(
                from: CursorProgress(), overlap: [], maxLineBytes: IngestionSettings().maxLineBytes,
                scanner: benchedScanner, settings: ScanSettings())
            var tally = Tally()
            while true {
                let piece = try input.next(benchedChunk)
                let isEnd = piece.count < benchedChunk
                let output = assembler.take(piece, isEnd: isEnd, at: clock.now())
                guard output.undecided == nil else {
                    throw BenchError("\(task.input) has batches of the SDK, which only a store can judge")
                }
                tally.bytes += Int64(piece.count)
                tally.records += Int64(output.records.count)
                tally.lines += Int64(output.records.count) + output.account.rejects
                if isEnd { return tally }
            }
        }
    }
}
