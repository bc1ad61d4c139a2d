public import LogIngestion
public import LogModel
public import LogQuery

/// Reads stored records as lines, for the comparison with a source.
public struct StoredLines: TakenLines {
    private let records: any RecordReader

    /// Makes a reader of the lines of a store.
    public init(_ records: any RecordReader) { self.records = records }

    /// Reads the lines of a generation that begin in a range of its object.
    public func lines(of generation: GenerationID, in range: ByteRange) async throws -> [TakenLine] {
        var lines: [TakenLine] = []
        try await records.visitRows(of: generation, from: range.lower) { rows in
            for row in 0..<rows.count where rows.offsets[row] < range.upper {
                lines.append(TakenLine(offset: rows.offsets[row], bytes: Array(rows.bytes[rows.range(row)])))
            }
            return rows.offsets.last.map { $0 + 1 < range.upper } ?? false
        }
        return lines
    }

    /// Counts the lines of a generation.
    public func lineCount(of generation: GenerationID) async throws -> Int64 { try await records.count(of: generation) }

    /// Tells whether a line of a generation begins in a range of its object, by reading the first line from its start.
    public func hasLine(in range: ByteRange, of generation: GenerationID) async throws -> Bool {
        let rows = try await records.rows(of: generation, from: range.lower, limit: 1)
        return rows.offsets.first.map { $0 < range.upper } ?? false
    }
}
