public import LogModel

extension RecordReader {
    /// Finds the lines of one generation that were taken without their newline, by reading all of its records.
    /// - Returns: where they end in the object.
    /// - Throws: ``RecordReaderError``, or `CancellationError`.
    public func lastLines(of generation: GenerationID) async throws -> Set<Int64> {
        var ends: Set<Int64> = []
        var offset: Int64 = 0
        while true {
            try Task.checkCancellation()
            let rows = try await slice(of: generation, from: offset)
            for row in 0..<rows.count where RecordFlags(rawValue: rows.flags[row]).contains(.unterminated) {
                ends.insert(rows.offsets[row] + Int64(rows.range(row).count))
            }
            guard let last = rows.offsets.last else { return ends }
            offset = last + 1
        }
    }

    /// Apart and untyped: Swift 6.3.1 crashes when it optimises a loop around an inlined call that throws a typed error.
    @inline(never)
    private func slice(of generation: GenerationID, from offset: Int64) async throws -> RecordRows {
        try await rows(of: generation, from: offset, limit: 1000)
    }
}
