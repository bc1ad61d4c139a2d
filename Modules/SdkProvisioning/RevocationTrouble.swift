/// Why a sweep did not carry out all revocations that are owed, and what is known of them.
public enum RevocationTrouble: Error, CustomStringConvertible {
    /// The database could not say whether any are owed.
    case notAsked(any Error)
    /// So many are owed still, or more where the database was not asked for all of them; with the first failure.
    case owed(Int, orMore: Bool, first: any Error)

    /// What happened, in one line without the failure itself.
    public var message: String {
        switch self {
        case .notAsked: "the database could not be asked for revocations that are owed"
        case .owed: "revocations could not be carried out; they stay owed"
        }
    }

    /// How many are owed, for people; `nil` when that is unknown.
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

    /// What happened, and the failure.
    public var description: String { "\(message): \(failure)" }
}
