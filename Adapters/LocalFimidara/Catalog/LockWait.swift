internal import GRDB
internal import Glibc

/// How long one call to the catalog waits for another process that has locked its file, its turn behind other calls
/// included.
///
/// Calls that write take turns on one connection. Were each to wait anew when the one in front has given up, the last of
/// many would wait for as many times as long.
struct LockWait: Sendable {
    /// The wait of the call that goes on, on the thread of its connection.
    @TaskLocal private static var current: LockWait?

    /// How long a call may wait.
    static let limit: Duration = .seconds(10)
    /// Pauses between attempts to take the lock; the last one is repeated.
    private static let pauses: [UInt32] = [1, 2, 5, 10, 20]

    private let end: ContinuousClock.Instant

    /// Begins to count.
    init(within limit: Duration = LockWait.limit) { end = .now + limit }

    /// Does a call's work on the thread of its connection.
    func lend<Value>(_ work: () throws -> Value) rethrows -> Value {
        try LockWait.$current.withValue(self) { try work() }
    }

    /// Does a call's work in a transaction, on the thread of the connection that writes.
    func transaction<Value>(in db: Database, _ work: (Database) throws -> Value) throws -> Value {
        try lend {
            try db.beginTransaction(.immediate)
            do {
                let value = try work(db)
                try db.commit()
                return value
            } catch {
                // SQLite itself undoes what some failures leave open.
                if db.isInsideTransaction { try? db.rollback() }
                throw error
            }
        }
    }

    /// Waits a little for another process.
    /// - Parameter tries: how often this was asked for the same lock before.
    /// - Returns: whether to try again.
    static func wait(after tries: Int) -> Bool {
        // What belongs to no call, as when a connection is made, waits as long as one call may.
        guard let current else { return nap(tries, of: limit / .milliseconds(20) > Double(tries)) }
        return nap(tries, of: .now < current.end)
    }

    private static func nap(_ tries: Int, of mayWait: Bool) -> Bool {
        if mayWait { usleep(pauses[min(tries, pauses.count - 1)] * 1000) }
        return mayWait
    }
}
