public import LogModel

/// A plan: which records may be removed, and which followers must have read them before.
///
/// Retention depends on the time of receipt, so that old records that arrive late are not removed on arrival.
public struct RetentionPlan: Sendable, Hashable {
    /// End of the times of receipt that may go, exclusive, for apps without a rule of their own; `nil` keeps all
    /// records.
    public let standard: Timestamp?
    /// The ends for apps with a rule of their own, exclusive.
    public let apps: [AppID: Timestamp]
    /// The followers that must have read a record before it is removed.
    public let followers: [FollowerName]
    /// How long a record that may go waits for them.
    ///
    /// Then it is removed, and what they missed is recorded.
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

    /// Returns the end of the times of receipt at which records of an app may go, exclusive.
    public func end(of app: AppID) -> Timestamp? { apps[app] ?? standard }

    /// Decides about a record.
    /// - Parameters:
    ///   - end: the result of ``end(of:)`` for its app.
    ///   - receivedAt: its time of receipt.
    ///   - isSeen: whether all followers have read it.
    /// - Returns: the decision.
    public func verdict(end: Timestamp, receivedAt: Timestamp, isSeen: Bool) -> RetentionVerdict {
        guard receivedAt < end else { return .stays }
        if isSeen { return .goes }
        return receivedAt < end.advanced(by: .zero - patience) ? .goesUnseen : .waits
    }
}

/// The decision about a record.
public enum RetentionVerdict: Sendable, Hashable {
    /// It stays, since it is not old enough.
    case stays
    /// It is old enough, and stays since a follower has not read it.
    case waits
    /// It is removed.
    case goes
    /// It is removed although a follower has not read it.
    case goesUnseen
}
