public import DistributedLock
public import LogModel

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
}

extension StoreFailure {
    /// As ports of stores say it.
    public var stored: StoreError {
        let reason: StoreError.Reason =
            switch meaning {
            case .passing: .unavailable
            case .unknown: .outcomeUnknown
            case .conflict: .conflict
            case .lasting: .broken
            }
        return StoreError(reason, detail: detail, condition: condition)
    }

    /// As commits say it: they name nothing that could be there already, so a constraint that refuses one is broken.
    public var committed: StoreError {
        meaning == .conflict ? StoreError(.broken, detail: detail, condition: condition) : stored
    }

    /// As locks say it.
    public var lock: LockStoreError {
        let mayPass = meaning == .passing || meaning == .unknown
        return LockStoreError(mayPass ? .unavailable : .broken, detail: detail, condition: condition)
    }
}
