internal import BlockingExecutor
internal import GRDB
internal import SQLiteFiles

/// Why something failed, in words that hold nothing from outside.
enum FailureReason {
    /// Whether there was no room on the disk, for bytes or for the catalog.
    static func isFullDisk(_ error: any Error) -> Bool {
        switch error {
        case let failure as IOFailure: failure.isFull
        case let failure as DatabaseError: failure.resultCode == .SQLITE_FULL
        default: false
        }
    }

    /// Whether another process had the catalog locked for as long as a call waits.
    static func isLocked(_ error: any Error) -> Bool {
        (error as? DatabaseError)?.resultCode.primaryResultCode == .SQLITE_BUSY
    }

    /// The reason in a few words.
    static func text(of error: any Error) -> String {
        switch error {
        case let failure as StorageFailure: failure.problems.map(\.name.rawValue).joined(separator: ", ")
        case is StorageConnectionLost, is CancellationError: "connection lost"
        case let failure as IOFailure: failure.description
        case let failure as BlockingThreadsError: "threads: \(failure)"
        case is DatabaseError where isLocked(error):
            "the catalog: another process has held its lock on metadata.sqlite for as long as a call waits"
        // Neither the statement nor its arguments, which may come from outside.
        case let failure as DatabaseError: "database: \(failure.resultCode) \(failure.message ?? "")"
        case let failure as FileLost: "the catalog: \(failure)"
        default: String(describing: type(of: error))
        }
    }
}
