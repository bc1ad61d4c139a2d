public import AppRegistry
public import DistributedLock
public import IngestionJobs
public import LogCursor
public import LogIngestion
public import LogMaintenance
public import LogQuery
public import SdkProvisioning

/// What an error of a database means to those who asked: the same for every store, whatever its errors look like.
public struct StoreFailure: Error, Sendable, Hashable {
    /// What it means.
    public enum Meaning: Sendable, Hashable {
        /// Busy, out of reach, full, an election, a limit of time: nothing was applied, and the same call may succeed later.
        case passing
        /// The answer to a commit was lost: whether it was applied is unknown.
        case unknown
        /// A constraint of ours refused it.
        case conflict
        /// The database or the call is broken.
        case lasting
    }

    /// What it means.
    public let meaning: Meaning
    /// Where, and what the database said; no text that clients sent, and no secret.
    public let detail: String

    /// Puts a failure together.
    public init(_ meaning: Meaning, detail: String) {
        self.meaning = meaning
        self.detail = detail
    }

    private var mayPass: Bool { meaning == .passing || meaning == .unknown }
}

extension StoreFailure {
    /// As the registry of apps and tokens says it.
    public var registry: RegistryStoreError {
        switch meaning {
        case .passing: RegistryStoreError(.unavailable, detail: detail)
        case .unknown: RegistryStoreError(.outcomeUnknown, detail: detail)
        case .conflict: RegistryStoreError(.conflict, detail: detail)
        case .lasting: RegistryStoreError(.broken, detail: detail)
        }
    }
    /// As commits say it.
    public var commit: CommitStoreError {
        switch meaning {
        case .passing: CommitStoreError(.unavailable, detail: detail)
        case .unknown: CommitStoreError(.outcomeUnknown, detail: detail)
        case .conflict, .lasting: CommitStoreError(.broken, detail: detail)
        }
    }
    /// As cursors say it.
    public var cursor: CursorStoreError { CursorStoreError(mayPass ? .unavailable : .broken, detail: detail) }
    /// As locks say it.
    public var lock: LockStoreError { LockStoreError(mayPass ? .unavailable : .broken, detail: detail) }
    /// As runs say it.
    public var run: RunStoreError { RunStoreError(detail: detail) }
    /// As readers of records say it.
    public var reader: RecordReaderError { RecordReaderError(detail: detail) }
    /// As provisioning's memory says it.
    public var provisioning: ProvisioningStoreError { ProvisioningStoreError(detail: detail) }
    /// As the upkeep of stores says it.
    public var maintenance: MaintenanceStoreError { MaintenanceStoreError(detail: detail) }
}
