import GRDB
import GRDBSQLite
public import LogModel
public import LogQuery
import StoreSupport

/// Reads records from SQLite; each call is one read transaction that ends with it.
public struct SQLiteRecordReader: RecordReader {
    let database: SQLiteDatabase
    private let scanLimit: Int
    var trace: StatementTrace<String>?

    /// Records of a database.
    /// - Parameters:
    ///   - database: the database.
    ///   - scanLimit: how many rows one call looks at.
    public init(_ database: SQLiteDatabase, scanLimit: Int = RecordRows.scanLimit) {
        self.database = database
        self.scanLimit = scanLimit
    }

    /// Rows behind a position in the order asked for.
    public func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(RecordReaderError) -> RecordRows {
        try await read { db in
            let selection = RecordSelection(filter, order: order, after: position)
            let end = try selection.window(rows: scanLimit).flatMap { try place($0, in: db) }
            let page = selection.page(limit: limit, upTo: end)
            var rows = try fetch(page.sql, page.arguments, in: db)
            if rows.cut == nil, rows.count < limit { rows.cut = end }
            return rows
        }
    }

    /// Rows of one generation from an offset on.
    public func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(RecordReaderError) -> RecordRows {
        try await read { db in
            try fetch(
                """
                SELECT \(RecordSelection.columns) FROM records AS r
                WHERE r.generation = ? AND r.offset >= ? ORDER BY r.offset LIMIT ?
                """, [generation.number, offset, limit], in: db)
        }
    }

    /// How many records there are.
    public func count(_ filter: LogFilter) async throws(RecordReaderError) -> Int64 {
        try await read { db in
            let condition = ColumnCondition(filter)
            return try Int64.fetchOne(
                db, sql: "SELECT count(*) FROM records AS r WHERE \(condition.sql)", arguments: condition.arguments)
                ?? 0
        }
    }

    /// How many records of one generation are stored.
    public func count(of generation: GenerationID) async throws(RecordReaderError) -> Int64 {
        try await read { db in
            try Int64.fetchOne(
                db, sql: "SELECT count(*) FROM records WHERE generation = ?", arguments: [generation.number]) ?? 0
        }
    }

    /// How many records of each level there are in each interval.
    public func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(RecordReaderError) -> [HistogramBar] {
        try await read { db in
            let condition = ColumnCondition(filter)
            let width = nanoseconds(interval)
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT r.event_time / \(width) AS bar, r.level AS level, count(*) AS count FROM records AS r
                    WHERE \(condition.sql) GROUP BY 1, 2 ORDER BY 1, 2
                    """, arguments: condition.arguments)
            var bars: [(start: Int64, counts: [Level: Int64])] = []
            while let row = try rows.next() {
                let start = (row["bar"] as Int64) * width
                if bars.last?.start != start {
                    guard bars.count < limit else { break }
                    bars.append((start, [:]))
                }
                let level = Level(rawValue: UInt8(truncatingIfNeeded: row["level"] as Int64)) ?? .unknown
                bars[bars.count - 1].counts[level] = row["count"]
            }
            return bars.map { HistogramBar(from: Timestamp(nanoseconds: $0.start), counts: $0.counts) }
        }
    }
}

/// The place that a window ends with, when there are so many rows.
private func place(_ window: RecordSelection.Statement, in db: Database) throws -> RecordPosition? {
    let statement = try db.cachedStatement(sql: window.sql)
    return try Row.fetchOne(statement, arguments: window.arguments).map {
        RecordPosition(timestamp: $0[0], generation: GenerationID($0[1]), offset: $0[2])
    }
}

/// Runs a selection of ``RecordSelection/columns`` and copies each line straight into the rows' buffer.
private func fetch(_ sql: String, _ arguments: StatementArguments, in db: Database) throws -> RecordRows {
    let statement = try db.cachedStatement(sql: sql)
    statement.arguments = arguments
    var rows = RecordRows()
    let cursor = try Row.fetchCursor(statement)
    let handle = unsafe statement.sqliteStatement
    while try cursor.next() != nil {
        let facts = unsafe RecordRows.Facts(
            generation: GenerationID(sqlite3_column_int64(handle, 0)), offset: sqlite3_column_int64(handle, 1),
            lineNumber: sqlite3_column_int64(handle, 2), timestamp: sqlite3_column_int64(handle, 3),
            receivedAt: sqlite3_column_int64(handle, 4),
            level: UInt8(truncatingIfNeeded: sqlite3_column_int64(handle, 5)),
            flags: UInt8(truncatingIfNeeded: sqlite3_column_int64(handle, 6)))
        rows.append(facts) { bytes in
            // Valid until the next step; the length must be asked for after the text.
            guard let text = unsafe sqlite3_column_text(handle, 7) else { return }
            let length = unsafe Int(sqlite3_column_bytes(handle, 7))
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text, count: length))
        }
        guard !rows.isFull else {
            rows.cut = rows.position(rows.count - 1)
            break
        }
    }
    for generation in Set(rows.generations) {
        let name = try String.fetchOne(
            db.cachedStatement(sql: "SELECT object FROM cursors WHERE generation = ?"),
            arguments: [generation.number])
        rows.name(generation, ObjectKey(name ?? ""))
    }
    return rows
}
