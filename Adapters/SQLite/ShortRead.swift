import GRDB
import GRDBSQLite

/// How much one short read may do: some milliseconds of work.
enum ShortRead {
    /// How many bytes of lines it may look at, each counted once for each text that is looked for.
    static let bytes = 1 << 20
    /// How many instructions of SQLite's machine it may take, in steps of so many.
    private static let instructions = (steps: 30, each: Int32(10_000))

    /// Runs statements that give no part of their answer.
    /// - Returns: what the statements give; `nil` when they were given up since they took too many instructions.
    static func run<Value>(in db: Database, _ work: () throws -> Value) throws -> Value? {
        guard let connection = unsafe db.sqliteConnection else { return try work() }
        var left = instructions.steps
        return try unsafe withUnsafeMutablePointer(to: &left) { left in
            unsafe sqlite3_progress_handler(
                connection, instructions.each,
                { context in
                    guard let left = unsafe context?.assumingMemoryBound(to: Int.self) else { return 0 }
                    unsafe left.pointee -= 1
                    return unsafe left.pointee < 0 ? 1 : 0
                }, left)
            defer { unsafe sqlite3_progress_handler(connection, 0, nil, nil) }
            do {
                return try work()
            } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_INTERRUPT {
                return nil
            }
        }
    }
}
