import AppRegistry
import Composition
import DistributedLock
import HTTPTypes
import Hummingbird
import IngestionJobs
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import SdkProvisioning

extension Problem {
    /// What an error of the domain means to a caller; upstream text stays in the log.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as HTTPError:
            self = error.status == .notFound ? .unknownRoute : .invalid("the request is malformed")
        case is CancellationError: self = .shuttingDown
        case is ClientGone: self = .clientGone
        case let refusal as TokenRefusal: self = Problem(refusal)
        case let error as RegistryError: self = Problem(error)
        case let error as LogQueryError: self = Problem(error)
        case let error as ConditionError: self = Problem(error)
        case let error as StorageError: self = Problem(error)
        case let fault as any StoreFault: self = Problem(fault)
        default: self = .internalError
        }
    }

    private init(_ fault: any StoreFault) {
        let isBroken =
            switch fault {
            case let error as StoreError: error.reason == .broken
            case let error as LockStoreError: error.reason == .broken
            default: false
            }
        if isBroken {
            self = .internalError
        } else if (fault as? StoreError)?.reason == .outcomeUnknown {
            self = .outcomeUnknown
        } else if let condition = fault.condition {
            self = .storeUnavailable(condition)
        } else {
            // Locks may be on servers of their own.
            self = fault is LockStoreError ? .locksUnavailable : .storeUnavailable
        }
    }

    private init(_ refusal: TokenRefusal) {
        switch refusal {
        case .unknown: self = .unauthenticated
        case .appDeleted: self = .appDeleted
        case .revoked: self = .tokenRevoked
        case .expired: self = .tokenExpired
        case .outOfScope: self = .forbidden
        }
    }

    private init(_ error: RegistryError) {
        switch error {
        case .invalidAppName, .expiryInPast, .invalidTokenName: self = .invalid(error.description)
        case .keyUsed: self = Problem(.idempotencyKeyUsed, error.description)
        case .nameTaken: self = Problem(.nameTaken, error.description)
        case .unknownApp: self = .unknownApp
        case .unknownToken: self = .unknownToken
        }
    }

    private init(_ error: LogQueryError) {
        switch error {
        case .invalidLimit: self = .invalid("\"limit\" must be a number from 1 to 1000")
        case .invalidCursor:
            self = Problem(.invalidCursor, "the cursor is not one of this question's answers")
        case .positionLost:
            self = Problem(
                .positionLost,
                "more files moved than a position remembers: begin a new tail, and ask /v1/logs for what came between")
        case .invalidInterval: self = .invalid("\"interval\" must be a time from 1ms to 366d, such as 60s")
        case .tooManyBars:
            self = Problem(
                .tooManyBars,
                "the answer would have more than \(LogQueryService.barLimit) bars: "
                    + "take a longer interval or a shorter time")
        }
    }

    /// What is wrong with a condition.
    init(_ error: ConditionError) {
        switch error {
        case .invalid(let words): self = .invalid(words)
        case .unknownMember(let name, let known): self = .unknownMember(name, known: known)
        }
    }

    private init(_ error: StorageError) {
        switch error.reason {
        case .throttled(let wait):
            self = Problem(
                .storageUnavailable, "the file store is busy; try again",
                retryAfter: wait ?? .seconds(5))
        case .unavailable:
            self = Problem(
                .storageUnavailable, "the file store cannot be reached; try again",
                retryAfter: .seconds(5))
        default:
            self = Problem(
                .storageRefused, "the file store refused what provisioning needs; an operator must look")
        }
    }
}
