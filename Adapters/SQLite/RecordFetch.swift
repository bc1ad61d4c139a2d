import GRDB
import GRDBSQLite
import LogModel
import LogQuery
import StoreSupport

/// Fetches the rows of one call, and leaves out lines that cannot meet the filter before anything of them is copied.
struct RecordFetch {
    private var sifting: Sifting
    private let scanLimit: Int

    /// - Parameters:
    ///   - filter: whose text and conditions lines are sifted by.
    ///   - limit: how many rows are wanted.
    ///   - scanLimit: how many rows may be looked at.
    ///   - byteLimit: how many bytes of lines may be looked at, see ``ScanBudget/byteLimit``.
    init(_ filter: LogFilter, limit: Int, scanLimit: Int, byteLimit: Int = ScanBudget.byteLimit) {
        sifting = Sifting(filter, limit: limit, scanLimit: scanLimit, byteLimit: byteLimit)
        self.scanLimit = scanLimit
    }

    /// Fetches whatever a statement gives.
    init(limit: Int) {
        sifting = Sifting(limit: limit)
        scanLimit = limit
    }

    /// How many rows one statement may have to give, when none are there.
    var reach: Int { sifting.reach(having: 0) }

    /// How many rows were looked at, if lines are sifted.
    var examined: Int { sifting.examined }

    /// Goes over an app's records piece by piece, since levels or times can make few of them fit: where a piece ends is
    /// found from an index alone.
    mutating func run(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, in db: Database,
        into rows: inout RecordRows
    ) throws {
        var position = position
        for size in ScanPieces(limit: sifting.limit, scanLimit: scanLimit) {
            let selection = RecordSelection(filter, order: order, after: position)
            let end = try RecordFetch.place(selection.window(rows: size), in: db)
            let reach = sifting.reach(having: rows.count, piece: size)
            try run(selection.page(limit: reach, upTo: end), in: db, into: &rows)
            guard rows.cut == nil, rows.count < sifting.limit, let end else { return }
            position = end
        }
        rows.cut = position
    }

    /// Adds the rows of a selection of ``RecordSelection/columns``, each line copied straight into the rows' buffer.
    mutating func run(_ selection: RecordSelection.Statement, in db: Database, into rows: inout RecordRows) throws {
        let statement = try db.cachedStatement(sql: selection.sql)
        statement.arguments = selection.arguments
        let cursor = try Row.fetchCursor(statement)
        let handle = unsafe statement.sqliteStatement
        while rows.count < sifting.limit, try cursor.next() != nil {
            // Valid until the next step; the length must be asked for after the text.
            let text = unsafe sqlite3_column_text(handle, 7)
            let length = unsafe Int(sqlite3_column_bytes(handle, 7))
            let line = unsafe UnsafeBufferPointer(start: text, count: text == nil ? 0 : length)
            if unsafe sifting.admits(line.span) {
                unsafe rows.append(facts(handle)) { unsafe $0.append(contentsOf: line) }
            }
            if sifting.isSpent, rows.count < sifting.limit {
                rows.cut = unsafe facts(handle).position
                return
            }
            guard !rows.isFull else {
                rows.cut = rows.position(rows.count - 1)
                return
            }
        }
    }

    private func facts(_ handle: SQLiteStatement) -> RecordRows.Facts {
        unsafe RecordRows.Facts(
            generation: GenerationID(sqlite3_column_int64(handle, 0)), offset: sqlite3_column_int64(handle, 1),
            lineNumber: sqlite3_column_int64(handle, 2), timestamp: sqlite3_column_int64(handle, 3),
            receivedAt: sqlite3_column_int64(handle, 4),
            level: UInt8(truncatingIfNeeded: sqlite3_column_int64(handle, 5)),
            flags: UInt8(truncatingIfNeeded: sqlite3_column_int64(handle, 6)))
    }

    /// The place that a window ends with, when there are so many rows.
    static func place(_ window: RecordSelection.Statement, in db: Database) throws -> RecordPosition? {
        let statement = try db.cachedStatement(sql: window.sql)
        return try Row.fetchOne(statement, arguments: window.arguments).map {
            RecordPosition(timestamp: $0[0], generation: GenerationID($0[1]), offset: $0[2])
        }
    }
}

extension RecordRows.Facts {
    fileprivate var position: RecordPosition {
        RecordPosition(timestamp: timestamp, generation: generation, offset: offset)
    }
}
