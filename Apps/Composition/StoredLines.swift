import LogIngestion
import LogModel
import LogQuery

/// The stored lines of generations, as who follows objects and who verifies them compares them.
struct StoredLines: TakenLines {
    let records: any RecordReader

    /// How many rows one call asks for.
    private static let page = 1000

    func lines(of generation: GenerationID, in range: ByteRange) async throws -> [TakenLine] {
        var lines: [TakenLine] = []
        var start = range.lower
        while start < range.upper {
            let rows = try await records.rows(of: generation, from: start, limit: StoredLines.page)
            for row in 0..<rows.count where rows.offsets[row] < range.upper {
                lines.append(TakenLine(offset: rows.offsets[row], bytes: Array(rows.bytes[rows.range(row)])))
            }
            guard let last = rows.offsets.last, rows.next(after: StoredLines.page) != nil else { break }
            start = last + 1
        }
        return lines
    }

    func lineCount(of generation: GenerationID) async throws -> Int64 { try await records.count(of: generation) }
}
