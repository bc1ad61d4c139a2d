import DistributedLock
import IngestionJobs
import LogModel
import Logging

/// Why a piece of work that was due left no run behind that has ended and is recorded, as the log says it.
struct RunTrouble {
    let level: Logger.Level
    let message: Logger.Message
    /// What the store or whoever keeps the locks said.
    let reason: String
    /// Whether the same may succeed later.
    let mayPass: Bool
    let metadata: Logger.Metadata

    init(_ error: any Error, of kind: RunKind) {
        reason = "\((error as? RunNotRecorded)?.reason ?? error)"
        switch error {
        case let error as LockStoreError:
            mayPass = error.mayPass
            level = .warning
            message = "\(kind.rawValue) skipped: its lock cannot be asked for"
            metadata = ["skipped": "true", "reason": "\(error)"]
        case let error as StoreError:
            mayPass = error.mayPass
            level = .error
            message = "\(kind.rawValue) could not begin: the store does not take the record of the run"
            metadata = ["error": "\(error)"]
        case let error as RunNotRecorded:
            mayPass = error.mayPass
            level = .warning
            message = "a run of \(kind.rawValue) has ended, and that could not be recorded; the next run does it"
            var metadata: Logger.Metadata = [
                "run": "\(error.run.id)", "state": "\(error.run.state.rawValue)", "reason": "\(error.reason)",
                "records": "\(error.run.figures.records)",
            ]
            metadata["error"] = error.run.error.map { "\($0)" }
            self.metadata = metadata
        default:
            mayPass = false
            level = .error
            message = "\(kind.rawValue) could not run"
            metadata = ["error": "\(error)"]
        }
    }
}
