import GRDB

/// Another program's connection to the file, holding its write lock.
final class Blocker {
    private let queue: DatabaseQueue

    /// Takes the write lock.
    init(path: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { try $0.beginTransaction(.immediate) }
    }

    /// Gives the lock back.
    func letGo() {
        try? queue.inDatabase { try $0.rollback() }
    }

    /// Runs one statement and closes.
    static func run(_ sql: String, on path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// The number that a question gives.
    static func number(_ sql: String, on path: String) throws -> Int? {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: sql) }
    }
}
