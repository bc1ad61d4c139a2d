import LogModel

/// A stream of the records that match a filter, which is read slice by slice; between two reads nothing of the store is
/// held.
public struct RecordStream: Sendable {
    private let filter: LogFilter
    private let order: LogOrder
    private let reader: any RecordReader
    private let background: (any BackgroundWork)?
    private let matcher: LineMatcher
    private let slice: Int
    private var effort: Effort
    private var position: RecordPosition?
    private var left: Int
    private var isAtEnd = false

    init(
        _ filter: LogFilter, order: LogOrder, limit: Int?, reader: any RecordReader, slice: Int,
        background: (any BackgroundWork)? = nil
    ) {
        let filter = filter.prepared()
        self.filter = filter
        self.order = order
        self.reader = reader
        self.slice = slice
        self.background = background
        effort = background == nil ? .unbounded : .short
        matcher = LineMatcher(filter)
        left = limit ?? Int.max
    }

    /// Reads the next records, at least one; `nil` when there are no more.
    /// - Throws: ``StoreError``; `CancellationError` when the task was cancelled; the error that the background throws.
    public mutating func next() async throws -> RecordRows? {
        guard let background else { return try await pull(with: reader, isShort: false) }
        if !background.hasBegun {
            let found = try await pull(with: reader.reading(.short), isShort: true)
            if found != nil || isAtEnd || left <= 0 { return found }
        }
        while true {
            effort = .piece
            let (rest, reader) = (self, reader.reading(.long))
            let (found, next) = try await background.carryOn {
                var stream = rest
                let found = try await stream.pull(with: reader, isShort: false)
                return (found, stream)
            }
            self = next
            if found != nil || isAtEnd || left <= 0 { return found }
            try await background.giveWay()
        }
    }

    /// Searches shortly for the first records, and moves to the background when there is more to do.
    ///
    /// The caller calls it before it begins its answer: afterwards a refusal can no longer be reported.
    /// - Returns: the records that were found; `nil` when the caller is to continue with ``next()``.
    /// - Throws: the same errors as ``next()``.
    public mutating func begin() async throws -> RecordRows? {
        guard let background, !background.hasBegun else { return nil }
        let found = try await pull(with: reader.reading(.short), isShort: true)
        if found == nil, !isAtEnd, left > 0 { try await background.carryOn {} }
        return found
    }

    /// The next records; `nil` when there are no more, or when no effort is left.
    private mutating func pull(with reader: any RecordReader, isShort: Bool) async throws -> RecordRows? {
        while !isAtEnd, left > 0, !effort.isSpent {
            try Task.checkCancellation()
            let rows = try await nextSlice(reader)
            position = rows.next(after: slice)
            isAtEnd = position == nil
            let found = matching(rows)
            left -= found.count
            // What the store has looked at and left out is work as well; lines have some 256 bytes.
            if !isShort { effort.spend(max(0, rows.examined - rows.count) << 8) }
            // The store has given up for now.
            if isShort, rows.cut != nil, !rows.isFull { effort = Effort(left: 0) }
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

    /// Apart and untyped: Swift 6.3.1 crashes when it optimises a loop around an inlined call that throws a typed
    /// error.
    @inline(never)
    private func nextSlice(_ reader: any RecordReader) async throws -> RecordRows {
        try await reader.rows(filter, order: order, after: position, limit: slice)
    }

    /// The rows that match, as far as there is effort left; the place is set to behind those that were looked at.
    private mutating func matching(_ rows: RecordRows) -> RecordRows {
        if filter.isDecidedByColumns, rows.count <= left {
            effort.spend(rows.bytes.count)
            return rows
        }
        var found = RecordRows()
        for row in 0..<rows.count where found.count < left {
            let line = rows.bytes.span.extracting(rows.range(row))
            effort.spend(line.count * matcher.weight)
            if matcher.matches(line) { found.append(row, of: rows) }
            guard !effort.isSpent || row == rows.count - 1 else {
                position = rows.position(row)
                isAtEnd = false
                break
            }
        }
        return found
    }
}
