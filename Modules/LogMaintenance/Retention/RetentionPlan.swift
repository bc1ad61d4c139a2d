public import LogModel

/// What may go, and who must have seen it before.
///
/// Retention goes by the time of receipt, so that what is filled in late is not removed on arrival.
public struct RetentionPlan: Sendable, Hashable {
    /// What was received before may go, for apps without a rule of their own; `nil` keeps it.
    public let standard: Timestamp?
    /// The rules of single apps.
    public let apps: [AppID: Timestamp]
    /// Who must have seen a record before it goes.
    public let followers: [FollowerName]
    /// How long a record that may go waits for them; then it goes and what they missed is noted.
    public let patience: Duration

    /// Makes a plan.
    public init(
        standard: Timestamp?, apps: [AppID: Timestamp] = [:], followers: [FollowerName] = [], patience: Duration
    ) {
        self.standard = standard
        self.apps = apps
        self.followers = followers
        self.patience = patience
    }

    /// The moment before which records of an app may go.
    public func end(of app: AppID) -> Timestamp? { apps[app] ?? standard }

    /// Judges a record.
    /// - Parameters:
    ///   - end: what ``end(of:)`` says of its app.
    ///   - receivedAt: its time of receipt.
    ///   - isSeen: whether all followers are past it.
    /// - Returns: what becomes of it.
    public func verdict(end: Timestamp, receivedAt: Timestamp, isSeen: Bool) -> RetentionVerdict {
        guard receivedAt < end else { return .stays }
        if isSeen { return .goes }
        return receivedAt < end.advanced(by: .zero - patience) ? .goesUnseen : .waits
    }
}

/// What becomes of a record.
public enum RetentionVerdict: Sendable, Hashable {
    /// It is not old enough.
    case stays
    /// It is old enough, and a follower has not seen it.
    case waits
    /// It goes.
    case goes
    /// It goes although a follower has not seen it.
    case goesUnseen
}
