public import LogModel

extension RecordReader {
    /// Shows the records of one generation from a place on, slice by slice, in the order of their places.
    /// - Parameters:
    ///   - generation: the generation.
    ///   - offset: the first byte of its object from which records are shown.
    ///   - visit: takes a slice, and says whether to go on.
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

    /// Apart and untyped: Swift 6.3.1 crashes when it optimises a loop around an inlined call that throws a typed error.
    @inline(never)
    private func slice(of generation: GenerationID, from offset: Int64) async throws -> RecordRows {
        try await rows(of: generation, from: offset, limit: sliceLimit)
    }
}
