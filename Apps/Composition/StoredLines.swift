import LogIngestion
import LogModel
import LogQuery

/// The stored lines of generations, as who follows objects and who verifies them compares them.
struct StoredLines: TakenLines {
    let records: any RecordReader

    func lines(of generation: GenerationID, in range: ByteRange) async throws -> [TakenLine] {
        var lines: [TakenLine] = []
        try await records.visitRows(of: generation, from: range.lower) { rows in
            for row in 0..<rows.count where rows.offsets[row] < range.upper {
                lines.append(TakenLine(offset: rows.offsets[row], bytes: Array(rows.bytes[rows.range(row)])))
            }
            return rows.offsets.last.map { $0 + 1 < range.upper } ?? false
        }
        return lines
    }

    func lineCount(of generation: GenerationID) async throws -> Int64 { try await records.count(of: generation) }
}
