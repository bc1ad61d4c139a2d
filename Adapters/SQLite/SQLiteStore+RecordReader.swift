import GRDB
import GRDBSQLite
public import LogModel
public import LogQuery
import StoreSupport

/// Reads records from SQLite; each call is one read transaction that ends with it, or several short ones.
extension SQLiteStore: RecordReader {
    /// The same records: shortly, within ``ShortRead``; or on threads that let others go first.
    public func reading(_ pace: ReadingPace) -> any RecordReader {
        var reader = self
        reader.pace = pace
        return reader
    }

    /// Rows behind a position in the order asked for.
    public func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows {
        try await readRecords { db in
            var rows = RecordRows()
            let isShort = pace == .short
            var fetch = RecordFetch(
                filter, limit: limit, scanLimit: isShort ? min(scanLimit, RecordRows.shortScanLimit) : scanLimit,
                byteLimit: isShort ? ShortRead.bytes : ScanBudget.byteLimit)
            if let whole = RecordSelection(filter, order: order, after: position).unbounded(fetch.reach) {
                try fetch.run(whole, in: db, into: &rows)
            } else {
                try fetch.run(filter, order: order, after: position, in: db, into: &rows)
            }
            rows.examined = fetch.examined
            try name(&rows, in: db)
            return rows
        }
    }

    /// Rows of one generation from an offset on.
    public func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows {
        try await readRecords { db in
            var rows = RecordRows()
            var fetch = RecordFetch(limit: limit)
            let statement: RecordSelection.Statement = (
                """
                SELECT \(RecordSelection.columns) FROM records AS r
                WHERE r.generation = ? AND r.offset >= ? ORDER BY r.offset LIMIT ?
                """, [generation.number, offset, limit]
            )
            try fetch.run(statement, in: db, into: &rows)
            try name(&rows, in: db)
            return rows
        }
    }

    /// How many records of one generation are stored.
    public func count(of generation: GenerationID) async throws(StoreError) -> Int64 {
        try await readRecords { db in
            try Int64.fetchOne(
                db, sql: "SELECT count(*) FROM records WHERE generation = ?", arguments: [generation.number]) ?? 0
        }
    }

    /// Reads records, and notes the statements when somebody wants to see them.
    func readRecords<Value: Sendable>(
        _ function: StaticString = #function, _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        guard let trace else {
            return pace == .long
                ? try await readInBackground(in: #fileID, function, work)
                : try await read(in: #fileID, function, work)
        }
        let (value, statements) = try await read { db in
            var statements: [String] = []
            db.trace { event in
                if case .statement(let statement) = event { statements.append(statement.expandedSQL) }
            }
            defer { db.trace(options: []) }
            let value = try work(db)
            return (value, statements)
        }
        await trace.note(statements)
        return value
    }
}

/// Names the objects of rows.
private func name(_ rows: inout RecordRows, in db: Database) throws {
    let statement = try db.cachedStatement(sql: "SELECT object FROM cursors WHERE generation = ?")
    for generation in Set(rows.generations) {
        let name = try String.fetchOne(statement, arguments: [generation.number])
        rows.name(generation, ObjectKey(name ?? ""))
    }
}
