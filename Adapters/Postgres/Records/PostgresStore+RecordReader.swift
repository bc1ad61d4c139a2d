public import LogModel
public import LogQuery
import StoreSupport

/// Reads records from PostgreSQL; each statement has a snapshot of its own that ends with it.
extension PostgresStore: RecordReader {
    /// The same records; at ``ReadingPace/short`` one call looks at fewer.
    public func reading(_ pace: ReadingPace) -> any RecordReader {
        var reader = self
        if pace == .short { reader.scanLimit = min(scanLimit, RecordRows.shortScanLimit) }
        return reader
    }

    /// Rows behind a position in the order asked for.
    public func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows {
        try await readRecords { session in
            var rows = try find(filter, order, after: position, limit, in: session)
            try name(&rows, in: session)
            return rows
        }
    }

    /// Goes over an app's records piece by piece, as far as few of what is looked at may fit: where a piece ends is found
    /// from an index alone.
    private func find(
        _ filter: LogFilter, _ order: LogOrder, after position: RecordPosition?, _ limit: Int,
        in session: PostgresSession
    ) throws -> RecordRows {
        var rows = RecordRows()
        var position = position
        for size in ScanPieces(limit: limit, scanLimit: scanLimit) {
            let selection = RecordSelection(filter, order: order, after: position)
            var end: RecordPosition?
            if !selection.isExact {
                let window = selection.window(rows: size)
                end = try place(window.sql, window.values, in: session)
            }
            let page = selection.page(limit: limit - rows.count, upTo: end)
            try fetch(page.sql, page.values, in: session, into: &rows)
            guard rows.cut == nil, rows.count < limit, let end else { return rows }
            rows.examined += size
            position = end
        }
        rows.cut = position
        return rows
    }

    /// Rows of one generation from an offset on.
    public func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows {
        try await readRecords { session in
            guard let app = try appID(of: generation, in: session) else { return RecordRows() }
            var condition = RecordCondition(of: app)
            condition.add("r.generation = ?", .integer(generation.number))
            condition.add("r.byte_offset >= ?", .integer(offset))
            let page = RecordSelection.bounded(
                condition, sorting: { "\($0)generation, \($0)byte_offset" }, limit: limit)
            var rows = RecordRows()
            try fetch(page.sql, page.values, in: session, into: &rows)
            try name(&rows, in: session)
            return rows
        }
    }

    /// How many records there are.
    public func count(_ filter: LogFilter) async throws(StoreError) -> Int64 {
        try await readRecords { session in
            let condition = RecordCondition(filter)
            return try session.execute(
                "SELECT count(*) AS count FROM records AS r WHERE \(condition.sql)", condition.values,
                isPlannedAnew: true
            ).first?.integer("count") ?? 0
        }
    }

    /// How many records of one generation are stored.
    public func count(of generation: GenerationID) async throws(StoreError) -> Int64 {
        try await readRecords { session in
            try session.execute(
                """
                SELECT count(*) AS count FROM records
                WHERE app = (SELECT app FROM cursors WHERE generation = $1) AND generation = $1
                """,
                [.integer(generation.number)], isPlannedAnew: true
            ).first?.integer("count") ?? 0
        }
    }

    /// How many records of each level there are in each interval.
    public func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar] {
        try await readRecords { session in
            var condition = RecordCondition(filter)
            let width = interval.wholeNanoseconds
            // No interval has more rows than there are codes of levels.
            let most = condition.parameter(.integer(Int64(limit) * 256))
            let answer = try session.execute(
                """
                SELECT r.event_time / \(width) AS bar, r.level AS level, count(*) AS count FROM records AS r
                WHERE \(condition.sql) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT \(most)
                """, condition.values, isPlannedAnew: true)
            var bars: [(start: Int64, counts: [Level: Int64])] = []
            for row in answer.rows {
                let start = try row.integer("bar") * width
                if bars.last?.start != start {
                    guard bars.count < limit else { break }
                    bars.append((start, [:]))
                }
                let level = Level(rawValue: UInt8(truncatingIfNeeded: try row.integer("level"))) ?? .unknown
                bars[bars.count - 1].counts[level] = try row.integer("count")
            }
            return bars.map { HistogramBar(from: Timestamp(nanoseconds: $0.start), counts: $0.counts) }
        }
    }
}

/// The app of a generation.
private func appID(of generation: GenerationID, in session: PostgresSession) throws -> AppID? {
    try session.execute(
        "SELECT a.id FROM cursors AS c JOIN apps AS a ON a.number = c.app WHERE c.generation = $1",
        [.integer(generation.number)]
    ).first.map { AppID(unchecked: try $0.text("id")) }
}

/// The place that a window ends with, when there are so many rows.
private func place(_ sql: String, _ values: [PostgresValue], in session: PostgresSession) throws -> RecordPosition? {
    try session.execute(sql, values, isPlannedAnew: true).first.map { row in
        RecordPosition(
            timestamp: try row.integer("event_time"), generation: GenerationID(try row.integer("generation")),
            offset: try row.integer("byte_offset"))
    }
}

/// Runs a page and copies each line straight into the rows' buffer, until that is full.
private func fetch(
    _ sql: String, _ values: [PostgresValue], in session: PostgresSession, into rows: inout RecordRows
) throws {
    let answer = try session.execute(sql, values, isPlannedAnew: true)
    for row in 0..<Int32(answer.count) {
        let facts = RecordRows.Facts(
            generation: GenerationID(answer.integer(row, 0)), offset: answer.integer(row, 1),
            lineNumber: answer.integer(row, 2), timestamp: answer.integer(row, 3), receivedAt: answer.integer(row, 4),
            level: UInt8(truncatingIfNeeded: answer.integer(row, 5)),
            flags: UInt8(truncatingIfNeeded: answer.integer(row, 6)))
        rows.append(facts) { bytes in
            answer.withBytes(row, 7) { line in
                unsafe line.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
            }
        }
        guard !rows.isFull else {
            rows.cut = rows.position(rows.count - 1)
            return
        }
    }
}

/// Names the objects of rows.
private func name(_ rows: inout RecordRows, in session: PostgresSession) throws {
    let generations = Set(rows.generations)
    guard !generations.isEmpty else { return }
    let names = try session.execute(
        "SELECT generation, object FROM cursors WHERE generation = ANY($1)", [.integers(generations.map(\.number))])
    for row in names.rows {
        rows.name(GenerationID(try row.integer("generation")), ObjectKey(try row.text("object")))
    }
}
