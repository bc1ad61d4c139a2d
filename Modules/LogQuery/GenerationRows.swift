public import LogModel

extension RecordReader {
    /// Passes the records of one generation from an offset on to `visit`, slice by slice, in ascending order of
    /// offsets.
    /// - Parameters:
    ///   - generation: the generation.
    ///   - offset: the lowest offset of a record, inclusive.
    ///   - visit: called with each slice; returns whether to continue.
    /// - Throws: ``StoreError``, or `CancellationError`.
    public func visitRows(
        of generation: GenerationID, from offset: Int64 = 0, _ visit: (RecordRows) -> Bool
    ) async throws {
        var start = offset
        while true {
            try Task.checkCancellation()
            let rows = try await slice(of: generation, from: start)
            guard let last = rows.offsets.last, visit(rows), rows.next(after: sliceLimit) != nil else { return }
            start = last + 1
        }
    }

    /// How many rows one slice has at most.
    private var sliceLimit: Int { 1000 }

    /// Apart and untyped: Swift 6.3.1 crashes when it optimises a loop around an inlined call that throws a typed
    /// error.
    @inline(never)
    private func slice(of generation: GenerationID, from offset: Int64) async throws -> RecordRows {
        try await rows(of: generation, from: offset, limit: sliceLimit)
    }
}
