import AppRegistry
import DistributedLock
import GRDB
import IngestionJobs
import LogCursor
import LogIngestion
import LogMaintenance
import LogQuery
import SdkProvisioning

/// What an error of SQLite means to those who asked.
struct SQLiteFailure {
    enum Meaning {
        /// Busy, full, or a disk that does not answer: the same call may succeed later, nothing was applied.
        case passing
        /// A constraint of ours refused the row.
        case conflict
        /// The file or the call is broken.
        case lasting
    }

    let meaning: Meaning
    let detail: String

    /// Takes an error of the database in the file at `path`.
    init(_ error: any Error, in path: String) {
        guard let error = error as? DatabaseError else {
            meaning = error is CancellationError ? .passing : .lasting
            detail = "sqlite \(path): \(error)"
            return
        }
        // The statement's arguments stay out of it: they can hold what clients sent.
        detail = "sqlite \(path): \(error.extendedResultCode) \(error.message ?? "")"
        switch error.resultCode.primaryResultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_NOMEM,
            .SQLITE_INTERRUPT, .SQLITE_ABORT, .SQLITE_READONLY:
            meaning = .passing
        case .SQLITE_CONSTRAINT: meaning = .conflict
        default: meaning = .lasting
        }
    }

    var registry: RegistryStoreError {
        switch meaning {
        case .passing: RegistryStoreError(.unavailable, detail: detail)
        case .conflict: RegistryStoreError(.conflict, detail: detail)
        case .lasting: RegistryStoreError(.broken, detail: detail)
        }
    }
    var cursor: CursorStoreError { CursorStoreError(meaning == .passing ? .unavailable : .broken, detail: detail) }
    var commit: CommitStoreError { CommitStoreError(meaning == .passing ? .unavailable : .broken, detail: detail) }
    var lock: LockStoreError { LockStoreError(meaning == .passing ? .unavailable : .broken, detail: detail) }
    var maintenance: MaintenanceStoreError { MaintenanceStoreError(detail: detail) }
    var run: RunStoreError { RunStoreError(detail: detail) }
    var reader: RecordReaderError { RecordReaderError(detail: detail) }
    var provisioning: ProvisioningStoreError { ProvisioningStoreError(detail: detail) }
}

extension SQLiteDatabase {
    /// Reads in one snapshot and translates what goes wrong.
    func read<Value: Sendable, Failure: Error>(
        _ failure: (SQLiteFailure) -> Failure, _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await pool.read(work)
        } catch {
            throw failure(SQLiteFailure(error, in: pool.path))
        }
    }

    /// Writes in one transaction and translates what goes wrong.
    func write<Value: Sendable, Failure: Error>(
        _ failure: (SQLiteFailure) -> Failure, _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await pool.write(work)
        } catch {
            throw failure(SQLiteFailure(error, in: pool.path))
        }
    }
}
