import AppRegistry
import DistributedLock
import IngestionJobs
import LogCursor
import LogIngestion
import LogMaintenance
import LogQuery
import SdkProvisioning

/// What an error of MongoDB means to those who asked.
struct MongoFailure: Error {
    enum Meaning {
        /// No server, an election, a limit of time: the same call may succeed later, nothing was applied.
        case passing
        /// A key of ours is taken.
        case conflict
        /// Whether the transaction was applied is unknown.
        case unknown
        /// The database or the call is broken, or the server does not let us in.
        case lasting
    }

    let meaning: Meaning
    let detail: String

    /// Takes an error of the database at `place`.
    init(_ error: any Error, at place: String) {
        guard let error = error as? MongoError else {
            meaning = error is CancellationError ? .passing : .lasting
            detail = "\(place): \(error)"
            return
        }
        meaning = MongoFailure.meaning(of: error)
        detail = "\(place): \(error.message)"
    }

    private static func meaning(of error: MongoError) -> Meaning {
        if error.isOutcomeUnknown { return .unknown }
        if error.isTransient { return .passing }
        return switch error.fault {
        case .network, .busy, .closed: .passing
        case .server(let code) where ServerCode.passing.contains(code): .passing
        case .server(ServerCode.duplicateKey): .conflict
        case .server, .authentication, .call, .url: .lasting
        }
    }

    private var isPassing: Bool { meaning == .passing || meaning == .unknown }

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
    var cursor: CursorStoreError { CursorStoreError(isPassing ? .unavailable : .broken, detail: detail) }
    var lock: LockStoreError { LockStoreError(isPassing ? .unavailable : .broken, detail: detail) }
    var maintenance: MaintenanceStoreError { MaintenanceStoreError(detail: detail) }
    var run: RunStoreError { RunStoreError(detail: detail) }
    var reader: RecordReaderError { RecordReaderError(detail: detail) }
    var provisioning: ProvisioningStoreError { ProvisioningStoreError(detail: detail) }
}
