import GRDB
import GRDBSQLite
import LogCursor
import LogIngestion
import LogModel

/// Inserts a batch of records with one prepared statement, binding each line where it lies in the batch's buffer.
///
/// It speaks to SQLite itself: binding through GRDB's values would copy every line twice.
struct RecordInsertion {
    private let db: Database
    private let statement: Statement

    init(_ db: Database) throws {
        self.db = db
        statement = try db.cachedStatement(
            sql: """
                INSERT INTO records
                (generation, offset, app, line_number, event_time, received_at, level, flags, line)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (generation, offset) DO NOTHING
                """)
    }

    func insert(_ step: ObjectStep, app: Int64) throws {
        guard !step.records.isEmpty else { return }
        let handle = unsafe statement.sqliteStatement
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_bind_int64(handle, 1, step.move.generation.number)
        unsafe sqlite3_bind_int64(handle, 3, app)
        unsafe sqlite3_bind_int64(handle, 6, step.receivedAt.nanoseconds)
        defer {
            unsafe sqlite3_reset(handle)
            unsafe sqlite3_clear_bindings(handle)
        }
        let records = step.records
        try unsafe records.bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            try unsafe base.withMemoryRebound(to: CChar.self, capacity: buffer.count) { text in
                for row in 0..<records.count {
                    unsafe sqlite3_bind_int64(handle, 2, records.offsets[row])
                    unsafe sqlite3_bind_int64(handle, 4, records.lineNumbers[row])
                    unsafe sqlite3_bind_int64(handle, 5, records.timestamps[row])
                    unsafe sqlite3_bind_int64(handle, 7, Int64(records.levels[row]))
                    unsafe sqlite3_bind_int64(handle, 8, Int64(records.flags[row]))
                    // A null destructor (SQLITE_STATIC) is right: the buffer outlives the step and the reset.
                    unsafe sqlite3_bind_text(handle, 9, text + Int(records.starts[row]), records.lengths[row], nil)
                    let code = unsafe sqlite3_step(handle)
                    guard code == SQLITE_DONE else { throw failure(code) }
                    unsafe sqlite3_reset(handle)
                }
            }
        }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        let message = unsafe db.sqliteConnection.map { unsafe String(cString: sqlite3_errmsg($0)) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}
