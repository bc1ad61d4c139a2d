/// Records that match a filter, pulled slice by slice; between two pulls nothing of the store is held.
public struct RecordStream: Sendable {
    private let filter: LogFilter
    private let order: LogOrder
    private let reader: any RecordReader
    private let matcher: LineMatcher
    private let slice: Int
    private var position: RecordPosition?
    private var left: Int
    private var isAtEnd = false

    init(_ filter: LogFilter, order: LogOrder, limit: Int?, reader: any RecordReader, slice: Int) {
        self.filter = filter
        self.order = order
        self.reader = reader
        self.slice = slice
        matcher = LineMatcher(filter)
        left = limit ?? Int.max
    }

    /// The next records, at least one; `nil` when there are no more.
    /// - Throws: ``RecordReaderError``, or `CancellationError` when the task was cancelled.
    public mutating func next() async throws -> RecordRows? {
        while !isAtEnd, left > 0 {
            try Task.checkCancellation()
            let rows = try await nextSlice()
            position = rows.next(after: slice)
            isAtEnd = position == nil
            let found = matching(rows)
            left -= found.count
            if !found.isEmpty { return found }
        }
        return nil
    }

    /// Goes back to behind a record, since `count` of those that were given are not wanted yet.
    mutating func giveBack(_ count: Int, behind position: RecordPosition) {
        self.position = position
        isAtEnd = false
        left += count
    }

    /// Apart and untyped: Swift 6.3.1 crashes when it optimises a loop around an inlined call that throws a typed error.
    @inline(never)
    private func nextSlice() async throws -> RecordRows {
        try await reader.rows(filter, order: order, after: position, limit: slice)
    }

    private func matching(_ rows: RecordRows) -> RecordRows {
        if filter.isDecidedByColumns, rows.count <= left { return rows }
        var found = RecordRows()
        for row in 0..<rows.count where found.count < left {
            if matcher.matches(rows.bytes.span.extracting(rows.range(row))) { found.append(row, of: rows) }
        }
        return found
    }
}
