public import LogModel

/// One execution of a kind of work.
public struct Run: Sendable, Hashable {
    /// The run's id.
    public let id: RunID
    /// The kind of work.
    public let kind: RunKind
    /// The time of its start.
    public let startedAt: Timestamp
    /// The time of its end; `nil` while it is running.
    public var finishedAt: Timestamp?
    /// Its state.
    public var state: RunState
    /// The figures so far.
    public var figures: RunFigures
    /// The first failure in words, without secrets.
    public var error: String?

    /// Makes a run.
    public init(
        id: RunID, kind: RunKind, startedAt: Timestamp, finishedAt: Timestamp? = nil, state: RunState = .running,
        figures: RunFigures = RunFigures(), error: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.state = state
        self.figures = figures
        self.error = error
    }
}

/// A kind of work; at most one run of a kind is running at a time in the whole deployment.
public enum RunKind: String, Sendable, Hashable, CaseIterable {
    /// Commits appended lines to the store.
    case consumeLogs = "consume-logs"
    /// Updates the field index.
    case indexLogs = "index-logs"
    /// Applies retention.
    case cleanupLogs = "cleanup-logs"
}

/// The state of a run.
public enum RunState: String, Sendable, Hashable, CaseIterable {
    /// It is running.
    case running
    /// All of its work is done.
    case finished
    /// It ended; some of its work failed, the rest is done.
    case partial
    /// It could not do its work; for example, the apps could not be listed.
    case failed
    /// Its process died, was stopped or lost the run's lock before it ended.
    case interrupted
}

/// The figures of a run.
public struct RunFigures: Sendable, Hashable {
    /// The number of visited apps.
    public var apps: Int64 = 0
    /// The number of objects with something new.
    public var objects: Int64 = 0
    /// The number of committed bytes.
    public var bytes: Int64 = 0
    /// The number of committed records.
    public var records: Int64 = 0
    /// The number of records with the time of receipt instead of an event time, since none could be read in them.
    public var untimed: Int64 = 0
    /// The number of committed rejects.
    public var rejects: Int64 = 0
    /// The numbers of skipped objects by the word for the reason, which has lower-case letters and underscores.
    public var skips: [String: Int64] = [:]

    /// Makes figures of zero.
    public init() {}
}
