import GRDB
import GRDBSQLite
import Synchronization

/// Ends the statements of a read when nobody waits for it any more.
///
/// A thread that runs a closure of SQLite's cannot be cancelled, and a count over all records takes minutes.
final class Interruption: Sendable {
    private let isDemanded = Atomic(false)

    /// Demands that the statements end; more than once does nothing.
    func demand() { isDemanded.store(true, ordering: .relaxed) }

    /// Runs statements, which fail once their end is demanded.
    /// - Throws: `CancellationError` then; else what `work` throws.
    func heed<Value>(in db: Database, _ work: () throws -> Value) throws -> Value {
        guard let value = try db.run(until: { self.isDemanded.load(ordering: .relaxed) }, work) else {
            throw CancellationError()
        }
        return value
    }
}

/// A question that SQLite's machine asks now and again.
private final class Demand {
    let isMade: () -> Bool

    init(_ isMade: @escaping () -> Bool) { self.isMade = isMade }
}

extension Database {
    /// After how many instructions of SQLite's machine it is asked whether to go on: a tenth of a millisecond or so.
    static let step = 10_000

    /// Runs statements, and ends them when it is time to.
    /// - Parameters:
    ///   - isOver: is asked each ``step`` instructions.
    ///   - work: the statements.
    /// - Returns: what the statements give; `nil` when they were ended.
    /// - Throws: what `work` throws.
    func run<Value>(until isOver: () -> Bool, _ work: () throws -> Value) throws -> Value? {
        guard let connection = unsafe sqliteConnection else { return try work() }
        return try withoutActuallyEscaping(isOver) { isOver in
            let demand = Demand(isOver)
            // The handler is taken away before this returns.
            unsafe sqlite3_progress_handler(
                connection, Int32(Database.step),
                { context in
                    guard let context = unsafe context else { return 0 }
                    return unsafe Unmanaged<Demand>.fromOpaque(context).takeUnretainedValue().isMade() ? 1 : 0
                }, Unmanaged.passUnretained(demand).toOpaque())
            defer {
                unsafe sqlite3_progress_handler(connection, 0, nil, nil)
                withExtendedLifetime(demand) {}
            }
            do {
                return try work()
            } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_INTERRUPT {
                return nil
            }
        }
    }
}
