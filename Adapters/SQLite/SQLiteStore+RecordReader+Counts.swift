import GRDB
import GRDBSQLite
public import LogModel
public import LogQuery
import StoreSupport

/// What cannot be given in parts: a short read of much is given up, a long one lets its view of the file go now and again.
///
/// A read that takes minutes would keep all that is written meanwhile in the write-ahead log. What is written between two
/// views, in front of where the second one begins, is not counted.
extension SQLiteStore {
    /// How many records there are.
    public func count(_ filter: LogFilter) async throws(StoreError) -> Int64 {
        let steps = pace == .short ? ShortRead.steps : rowsPerView * SQLiteStore.instructions / CallClock.step
        let whole = try await readRecords { db in
            try CallClock.run(steps: steps) {
                let condition = ColumnCondition(filter)
                return try Int64.fetchOne(
                    db, sql: "SELECT count(*) FROM records AS r WHERE \(condition.sql)", arguments: condition.arguments)
                    ?? 0
            }
        }
        if let whole { return whole }
        guard pace != .short else { throw .tooLong }
        var count: Int64 = 0
        var place: RecordPosition?
        repeat {
            let view = CountView(filter, after: place, rows: rowsPerView)
            let (counted, end) = try await readRecords { try view.count(in: $0) }
            count += counted
            place = end
        } while place != nil
        return count
    }

    /// How many rows a count looks at in one view of the file.
    private var rowsPerView: Int { desk.limits.viewedRows }

    /// How many instructions of SQLite's machine counting a record takes at most.
    private static let instructions = 10

    /// How many records of each level there are in each interval.
    public func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar] {
        let start = BarView(filter, bars: BarCount(width: interval.wholeNanoseconds, limit: limit), rows: rowsPerView)
        if pace == .short {
            let view = try await readRecords { db in try ShortRead.run { try start.counted(in: db) } }
            guard let view, view.isDone else { throw .tooLong }
            return view.finished
        }
        var view = start
        repeat { view = try await readRecords { [view] db in try view.counted(in: db) } } while !view.isDone
        return view.finished
    }
}

/// The part of a count that is done in one view of the file.
private struct CountView: Sendable {
    let filter: LogFilter
    let place: RecordPosition?
    let rows: Int

    init(_ filter: LogFilter, after place: RecordPosition?, rows: Int) {
        self.filter = filter
        self.place = place
        // For the flags each row itself is looked at, which can lie anywhere in the file.
        self.rows = filter.timeIsReceipt == nil ? rows : max(1, rows / 10)
    }

    /// - Returns: how many there are, and where they end; `nil` when these were the last ones.
    func count(in db: Database) throws -> (Int64, RecordPosition?) {
        let selection = RecordSelection(filter, order: .oldestFirst, after: place)
        let end = try RecordFetch.place(selection.window(rows: rows), in: db)
        let statement = selection.count(upTo: end)
        let count = try Int64.fetchOne(db.cachedStatement(sql: statement.sql), arguments: statement.arguments)
        return (count ?? 0, end)
    }
}

/// A histogram, as far as it is counted.
private struct BarView: Sendable {
    private let filter: LogFilter
    private let rows: Int
    private var bars: BarCount
    private var place: RecordPosition?
    private(set) var isDone = false

    init(_ filter: LogFilter, bars: BarCount, rows: Int) {
        self.filter = filter
        self.bars = bars
        self.rows = rows
    }

    /// The bars, when all records are counted.
    var finished: [HistogramBar] {
        var bars = bars
        return bars.finished()
    }

    /// The same histogram, with the records of one more view counted.
    func counted(in db: Database) throws -> BarView {
        var next = self
        let selection = RecordSelection(filter, order: .oldestFirst, after: place).levels(limit: rows)
        let statement = try db.cachedStatement(sql: selection.sql)
        statement.arguments = selection.arguments
        let cursor = try Row.fetchCursor(statement)
        let handle = unsafe statement.sqliteStatement
        var count = 0
        while try cursor.next() != nil {
            let (time, level) = unsafe (sqlite3_column_int64(handle, 0), sqlite3_column_int64(handle, 1))
            guard next.bars.add(UInt8(truncatingIfNeeded: level), at: time) else {
                next.isDone = true
                return next
            }
            count += 1
            guard count == rows else { continue }
            next.place = unsafe RecordPosition(
                timestamp: time, generation: GenerationID(sqlite3_column_int64(handle, 2)),
                offset: sqlite3_column_int64(handle, 3))
            return next
        }
        next.isDone = true
        return next
    }
}
