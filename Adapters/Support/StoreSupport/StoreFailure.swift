public import AppRegistry
public import DistributedLock
public import IngestionJobs
public import LogCursor
public import LogIngestion
public import LogMaintenance
public import LogModel
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
    /// What keeps the database from doing it, if it is known.
    public let condition: StoreCondition?

    /// Puts a failure together.
    public init(_ meaning: Meaning, detail: String, condition: StoreCondition? = nil) {
        self.meaning = meaning
        self.detail = detail
        self.condition = condition
    }

    private var mayPass: Bool { meaning == .passing || meaning == .unknown }
}

extension StoreFailure {
    /// As the registry of apps and tokens says it.
    public var registry: RegistryStoreError {
        let reason: RegistryStoreError.Reason =
            switch meaning {
            case .passing: .unavailable
            case .unknown: .outcomeUnknown
            case .conflict: .conflict
            case .lasting: .broken
            }
        return RegistryStoreError(reason, detail: detail, condition: condition)
    }
    /// As commits say it.
    public var commit: CommitStoreError {
        let reason: CommitStoreError.Reason =
            switch meaning {
            case .passing: .unavailable
            case .unknown: .outcomeUnknown
            case .conflict, .lasting: .broken
            }
        return CommitStoreError(reason, detail: detail, condition: condition)
    }
    /// As cursors say it.
    public var cursor: CursorStoreError {
        CursorStoreError(mayPass ? .unavailable : .broken, detail: detail, condition: condition)
    }
    /// As locks say it.
    public var lock: LockStoreError {
        LockStoreError(mayPass ? .unavailable : .broken, detail: detail, condition: condition)
    }
    /// As runs say it.
    public var run: RunStoreError { RunStoreError(detail: detail, condition: condition, mayPass: mayPass) }
    /// As readers of records say it.
    public var reader: RecordReaderError {
        RecordReaderError(detail: detail, condition: condition, mayPass: mayPass)
    }
    /// As provisioning's memory says it.
    public var provisioning: ProvisioningStoreError {
        ProvisioningStoreError(detail: detail, condition: condition, mayPass: mayPass)
    }
    /// As the upkeep of stores says it.
    public var maintenance: MaintenanceStoreError {
        MaintenanceStoreError(detail: detail, condition: condition, mayPass: mayPass)
    }
}
