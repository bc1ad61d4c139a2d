/// The reason why a sweep did not carry out all pending revocations.
public enum RevocationTrouble: Error, CustomStringConvertible {
    /// The database could not be asked whether any are pending.
    case notAsked(any Error)
    /// This number is still pending, or more where the database was not asked for all of them; `first` is the first
    /// failure.
    case owed(Int, orMore: Bool, first: any Error)

    /// The trouble in one line, without the failure itself.
    public var message: String {
        switch self {
        case .notAsked: "the database could not be asked for revocations that are owed"
        case .owed: "revocations could not be carried out; they stay owed"
        }
    }

    /// The number of pending revocations, for people; `nil` when it is unknown.
    public var owed: String? {
        switch self {
        case .notAsked: nil
        case .owed(let count, let orMore, _): orMore ? "\(count) or more" : "\(count)"
        }
    }

    /// The failure.
    public var failure: any Error {
        switch self {
        case .notAsked(let error), .owed(_, _, let error): error
        }
    }

    /// The trouble and the failure.
    public var description: String { "\(message): \(failure)" }
}
