public import LogModel

/// Settings of cleaning up.
public struct CleanupSettings: Sendable, Hashable {
    /// How many days records, rejects and runs are kept; `nil` keeps them forever.
    public var days: Int?
    /// The days of single apps; they override ``days``.
    public var daysOfApps: [AppID: Int] = [:]
    /// The followers that must have read a record before it is removed.
    public var followers: [FollowerName] = [.fieldIndex]
    /// How long a record that may be removed waits for a follower.
    public var patience: Duration = .seconds(7 * 86_400)
    /// The greatest number of rows that a step examines.
    public var stepRows = 5000
    /// The target time of a step; it is compared afterwards, see ``StepPace``.
    public var stepTime: Duration = .milliseconds(50)
    /// The pause between two steps.
    public var rest: Duration = .milliseconds(5)

    /// Makes settings that remove only what deleted apps left.
    public init() {}

    /// Returns the plan of what may be removed at a moment.
    public func plan(at now: Timestamp) -> RetentionPlan {
        func end(_ days: Int) -> Timestamp { now.advanced(by: .zero - CleanupSettings.duration(ofDays: days)) }
        return RetentionPlan(
            standard: days.map(end), apps: daysOfApps.mapValues(end), followers: followers, patience: patience)
    }

    static func duration(ofDays days: Int) -> Duration { .seconds(86_400 * days) }
}

/// The figures of cleaning up.
public struct CleanupFigures: Sendable, Hashable {
    /// The number of removed records.
    public var records: Int64 = 0
    /// The number of removed bytes of lines.
    public var bytes: Int64 = 0
    /// The number of removed rejects.
    public var rejects: Int64 = 0
    /// The number of removed cursors of deleted apps.
    public var cursors: Int64 = 0
    /// The number of removed runs.
    public var runs: Int64 = 0
    /// The number of records that wait for a follower.
    public var waiting: Int64 = 0
    /// The number of records that were removed before a follower had read them, counted for each follower.
    public var missed: Int64 = 0

    /// Makes figures of zero.
    public init() {}

    mutating func add(_ step: RetentionStep) {
        records += step.records
        bytes += step.bytes
        rejects += step.rejects
        waiting += step.waiting
        missed += step.missed.reduce(0) { $0 + $1.records }
    }
}
