import AppRegistry
import DistributedLock
import IngestionJobs
import LogCursor
import LogIngestion
import LogMaintenance
import LogQuery
import SdkProvisioning

/// What an error of the server means to those who asked.
struct PostgresFailure {
    enum Meaning {
        /// The same call may succeed later, nothing was applied.
        case passing
        /// The answer to COMMIT was lost.
        case unknown
        /// A constraint of ours refused the row.
        case conflict
        /// The database or the call is broken.
        case lasting
    }

    let meaning: Meaning
    let detail: String

    init(_ error: PostgresError, in target: ConnectionTarget) {
        // The server's first line only: its details can hold what clients sent.
        detail = "\(target.shown): \(target.censored(error.description))"
        meaning =
            switch error.kind {
            case _ where error.isOutcomeUnknown: .unknown
            case .connectionLost, .timedOut, .cancelled: .passing
            case .server(let state) where ServerState.isPassing(state): .passing
            case .server(let state) where state.hasPrefix("23"): .conflict
            case .server, .unreadable: .lasting
            }
    }

    var registry: RegistryStoreError {
        switch meaning {
        case .passing, .unknown: RegistryStoreError(.unavailable, detail: detail)
        case .conflict: RegistryStoreError(.conflict, detail: detail)
        case .lasting: RegistryStoreError(.broken, detail: detail)
        }
    }
    var commit: CommitStoreError {
        switch meaning {
        case .passing: CommitStoreError(.unavailable, detail: detail)
        case .unknown: CommitStoreError(.outcomeUnknown, detail: detail)
        case .conflict, .lasting: CommitStoreError(.broken, detail: detail)
        }
    }
    var cursor: CursorStoreError { CursorStoreError(mayPass ? .unavailable : .broken, detail: detail) }
    var lock: LockStoreError { LockStoreError(mayPass ? .unavailable : .broken, detail: detail) }
    var run: RunStoreError { RunStoreError(detail: detail) }
    var reader: RecordReaderError { RecordReaderError(detail: detail) }
    var maintenance: MaintenanceStoreError { MaintenanceStoreError(detail: detail) }
    var provisioning: ProvisioningStoreError { ProvisioningStoreError(detail: detail) }

    private var mayPass: Bool { meaning == .passing || meaning == .unknown }
}

extension PostgresDatabase {
    /// Reads with one statement and translates what goes wrong.
    func read<Value: Sendable, Failure: Error>(
        _ failure: (PostgresFailure) -> Failure, _ work: @Sendable (PostgresSession) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await self.work(work)
        } catch {
            throw failure(PostgresFailure(error, in: target))
        }
    }

    /// Writes in one transaction and translates what goes wrong.
    func write<Value: Sendable, Failure: Error>(
        _ failure: (PostgresFailure) -> Failure, _ work: @Sendable (PostgresSession) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await transaction(work)
        } catch {
            throw failure(PostgresFailure(error, in: target))
        }
    }
}

/// The present moment by the server's clock in nanoseconds since the epoch, to the microsecond.
let nowSQL = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000"
