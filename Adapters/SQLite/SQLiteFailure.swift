import GRDB
import LogModel
import SQLiteFiles
import StoreSupport

extension StoreFailure {
    /// What an error of SQLite in the file at `path` means.
    init(_ error: any Error, in path: String) {
        if let error = error as? FileLost {
            // It lasts until somebody acts, as a full disk does; what was sent is to be sent again then.
            self.init(.passing, detail: "sqlite \(path): \(error)", condition: .fileLost)
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(error is CancellationError ? .passing : .lasting, detail: "sqlite \(path): \(error)")
            return
        }
        let meaning: Meaning =
            switch error.resultCode.primaryResultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_NOMEM,
                .SQLITE_INTERRUPT, .SQLITE_ABORT, .SQLITE_READONLY:
                .passing
            case .SQLITE_CONSTRAINT: .conflict
            default: .lasting
            }
        // The statement's arguments stay out of it: they can hold what clients sent.
        self.init(
            meaning, detail: "sqlite \(path): \(Self.words(error)) (code \(error.extendedResultCode.rawValue))",
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
        case .SQLITE_FULL: words + "; make room on its disk"
        case .SQLITE_READONLY:
            words + "; give this user the right to write to the file and its folder, and mount its disk for writing"
        default: words
        }
    }
}
