/// Looks for the records of one page, and can go on elsewhere than it began.
struct PageSearch: Sendable {
    /// What was found.
    struct Found: Sendable {
        let rows: RecordRows
        /// Behind which record the next page begins; `nil` when there is no more.
        let end: RecordPosition?
    }

    private let filter: LogFilter
    private let order: LogOrder
    private let limit: Int
    private let matcher: LineMatcher
    private let slice: Int
    private let scanLimit: Int
    private var position: RecordPosition?
    private var rows = RecordRows()
    private var examined = 0
    /// Few first: a store that leaves out what cannot match gives rows that nearly all do.
    private var reach: Int

    init(
        _ filter: LogFilter, order: LogOrder, behind position: RecordPosition?, limit: Int, slice: Int, scanLimit: Int
    ) {
        let filter = filter.prepared()
        self.filter = filter
        self.order = order
        self.position = position
        self.limit = limit
        self.slice = slice
        self.scanLimit = scanLimit
        matcher = LineMatcher(filter)
        reach = limit + 1
    }

    /// Does what can be done shortly.
    /// - Returns: the page; `nil` when there is more to do.
    mutating func begin(with reader: any RecordReader) async throws -> Found? {
        var effort = Effort.short
        return try await advance(reader, isShort: true, &effort)
    }

    /// Looks until the page is there.
    mutating func finish(with reader: any RecordReader) async throws -> Found {
        var effort = Effort.unbounded
        while true {
            if let found = try await advance(reader, isShort: false, &effort) { return found }
        }
    }

    private mutating func advance(
        _ reader: any RecordReader, isShort: Bool, _ effort: inout Effort
    ) async throws -> Found? {
        while !effort.isSpent {
            try Task.checkCancellation()
            let wish = filter.isDecidedByColumns ? limit + 1 - rows.count : min(slice, reach)
            reach = min(slice, reach * 4)
            let read = try await reader.rows(filter, order: order, after: position, limit: wish)
            for row in 0..<read.count {
                let line = read.bytes.span.extracting(read.range(row))
                if !filter.isDecidedByColumns { effort.spend(line.count * matcher.weight) }
                if matcher.matches(line) {
                    // A page of long lines ends when it has many bytes, as one of short lines when it has many items.
                    guard rows.count < limit, !rows.isFull else {
                        return Found(rows: rows, end: rows.position(rows.count - 1))
                    }
                    rows.append(row, of: read)
                }
                guard !effort.isSpent || row == read.count - 1 else {
                    position = read.position(row)
                    examined += row + 1
                    return nil
                }
            }
            guard let next = read.next(after: wish) else { return Found(rows: rows, end: nil) }
            position = next
            examined += max(
                read.count, read.cut == nil || read.examined > 0 ? read.examined : RecordRows.scanLimit)
            if examined >= scanLimit { return Found(rows: rows, end: next) }
            // The store has given up for now.
            if isShort, read.cut != nil, !read.isFull { return nil }
        }
        return nil
    }
}
