import GRDB
import LogModel
import SQLiteFiles

extension StoreError {
    /// What an error of a call to the file at `path` means.
    init(_ error: any Error, in path: String, isWrite: Bool = false) {
        switch error {
        case let error as FileLost:
            // It lasts until somebody acts, as a full disk does; what was sent is to be sent again then.
            self.init(.unavailable, detail: "sqlite \(path): \(error)", condition: .fileLost)
        case let error as DatabaseError: self.init(error, at: path)
        case let error as StuckCall:
            // It may be in the middle of a commit.
            self.init(
                isWrite ? .outcomeUnknown : .unavailable,
                detail:
                    "sqlite \(path): a thread has not come back from SQLite for \(error.duration.components.seconds) s")
        case TurnGate.Refusal.late:
            self.init(
                .unavailable,
                detail: "sqlite \(path): no turn in time: the calls before it wait for another process, or take long")
        case TurnGate.Refusal.full:
            self.init(.unavailable, detail: "sqlite \(path): too many calls wait for their turn")
        case CallClock.Ending.tooLong:
            self.init(.unavailable, detail: "sqlite \(path): it was ended, as it took longer than a call may")
        case CallClock.Ending.leftLocked:
            self.init(.unavailable, detail: "sqlite \(path): cancelled while another process held its lock")
        case CallClock.Ending.left: self.init(.unavailable, detail: "sqlite \(path): cancelled")
        case is CancellationError: self.init(.unavailable, detail: "sqlite \(path): cancelled before its turn")
        default: self.init(.broken, detail: "sqlite \(path): \(error)")
        }
    }

    private init(_ error: DatabaseError, at path: String) {
        let reason: Reason =
            switch error.resultCode.primaryResultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_NOMEM,
                .SQLITE_INTERRUPT, .SQLITE_ABORT, .SQLITE_READONLY:
                .unavailable
            case .SQLITE_CONSTRAINT: .conflict
            default: .broken
            }
        // The statement's arguments stay out of it: they can hold what clients sent.
        self.init(
            reason, detail: "sqlite \(path): \(Self.words(error)) (code \(error.extendedResultCode.rawValue))",
            condition: Self.condition(error))
    }

    private static func condition(_ error: DatabaseError) -> StoreCondition? {
        switch error.resultCode.primaryResultCode {
        case .SQLITE_FULL: .diskFull
        case .SQLITE_IOERR: .diskFails
        case .SQLITE_READONLY: .readOnly
        default: nil
        }
    }

    private static func words(_ error: DatabaseError) -> String {
        let words = error.message ?? "it failed"
        return switch error.resultCode.primaryResultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            words + "; the store file is damaged: stop all processes and restore the backup"
        case .SQLITE_BUSY: words + "; another process has held its lock for as long as a call waits"
        case .SQLITE_FULL: words + "; make room on its disk"
        case .SQLITE_READONLY:
            words + "; give this user the right to write to the file and its folder, and mount its disk for writing"
        default: words
        }
    }
}
