public import LogModel

extension RecordReader {
    /// Finds the lines of one generation that were committed without their newline, by reading all of its records.
    /// - Returns: the ends of these lines in the object, exclusive.
    /// - Throws: ``StoreError``, or `CancellationError`.
    public func lastLines(of generation: GenerationID) async throws -> Set<Int64> {
        var ends: Set<Int64> = []
        try await visitRows(of: generation) { rows in
            for row in 0..<rows.count where RecordFlags(rawValue: rows.flags[row]).contains(.unterminated) {
                ends.insert(rows.offsets[row] + Int64(rows.range(row).count))
            }
            return true
        }
        return ends
    }
}
