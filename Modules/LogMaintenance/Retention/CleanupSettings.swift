public import LogModel

/// What cleaning up goes by.
public struct CleanupSettings: Sendable, Hashable {
    /// How many days records, rejects and runs are kept; `nil` keeps them for good.
    public var days: Int?
    /// The days of single apps; they stand in for ``days``.
    public var daysOfApps: [AppID: Int] = [:]
    /// Who must have seen a record before it goes.
    public var followers: [FollowerName] = [.fieldIndex]
    /// How long a record that may go waits for a follower.
    public var patience: Duration = .seconds(7 * 86_400)
    /// How many rows a step looks at, at most.
    public var stepRows = 5000
    /// How long a step should take; it is judged afterwards, see ``StepPace``.
    public var stepTime: Duration = .milliseconds(50)
    /// How long there is nothing done between two steps.
    public var rest: Duration = .milliseconds(5)

    /// Settings that remove what deleted apps left, and nothing else.
    public init() {}

    /// What may go at a moment.
    public func plan(at now: Timestamp) -> RetentionPlan {
        func end(_ days: Int) -> Timestamp { now.advanced(by: .zero - CleanupSettings.duration(ofDays: days)) }
        return RetentionPlan(
            standard: days.map(end), apps: daysOfApps.mapValues(end), followers: followers, patience: patience)
    }

    static func duration(ofDays days: Int) -> Duration { .seconds(86_400 * days) }
}

/// What cleaning up brought.
public struct CleanupFigures: Sendable, Hashable {
    /// How many records went.
    public var records: Int64 = 0
    /// How many bytes of lines went.
    public var bytes: Int64 = 0
    /// How many rejects went.
    public var rejects: Int64 = 0
    /// How many cursors of deleted apps went.
    public var cursors: Int64 = 0
    /// How many runs went.
    public var runs: Int64 = 0
    /// How many records wait for a follower.
    public var waiting: Int64 = 0
    /// How many records went before a follower had seen them, each counted for each follower.
    public var missed: Int64 = 0

    /// Figures of nothing.
    public init() {}

    mutating func add(_ step: RetentionStep) {
        records += step.records
        bytes += step.bytes
        rejects += step.rejects
        waiting += step.waiting
        missed += step.missed.reduce(0) { $0 + $1.records }
    }
}
