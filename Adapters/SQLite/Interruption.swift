import GRDB
import GRDBSQLite
import Synchronization

/// Ends the statements of a read when nobody waits for it any more.
///
/// A thread that runs a closure of SQLite's cannot be cancelled, and a count over all records takes minutes.
final class Interruption: Sendable {
    private let demanded = Atomic(false)
    /// After how many instructions of SQLite's machine it is looked whether to go on: a tenth of a millisecond or so.
    private static let step: Int32 = 10_000

    /// Demands that the statements end; more than once does nothing.
    func demand() { demanded.store(true, ordering: .relaxed) }

    private var isDemanded: Bool { demanded.load(ordering: .relaxed) }

    /// Runs statements, which fail once their end is demanded.
    /// - Throws: `CancellationError` then; else what `work` throws.
    func heed<Value>(in db: Database, _ work: () throws -> Value) throws -> Value {
        guard let connection = unsafe db.sqliteConnection else { return try work() }
        // The handler is taken away before this returns, and the caller holds this object as long.
        unsafe sqlite3_progress_handler(
            connection, Interruption.step,
            { context in
                guard let context = unsafe context else { return 0 }
                return unsafe Unmanaged<Interruption>.fromOpaque(context).takeUnretainedValue().isDemanded ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
        defer { unsafe sqlite3_progress_handler(connection, 0, nil, nil) }
        do {
            return try work()
        } catch let error as DatabaseError
            where error.resultCode.primaryResultCode == .SQLITE_INTERRUPT && isDemanded
        {
            throw CancellationError()
        }
    }
}
