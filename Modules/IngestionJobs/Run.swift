public import LogModel

/// One execution of a kind of work.
public struct Run: Sendable, Hashable {
    /// Which run it is.
    public let id: RunID
    /// What kind of work was done.
    public let kind: RunKind
    /// When it began.
    public let startedAt: Timestamp
    /// When it ended; `nil` while it goes on.
    public var finishedAt: Timestamp?
    /// How it stands.
    public var state: RunState
    /// What it brought so far.
    public var figures: RunFigures
    /// The first failure in words, secrets left out.
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

/// A kind of work of which one run at a time goes on in the whole deployment.
public enum RunKind: String, Sendable, Hashable, CaseIterable {
    /// Bring what was appended into the store.
    case consumeLogs = "consume-logs"
    /// Keep the field index.
    case indexLogs = "index-logs"
    /// Apply retention.
    case cleanupLogs = "cleanup-logs"
}

/// How a run stands.
public enum RunState: String, Sendable, Hashable, CaseIterable {
    /// It goes on.
    case running
    /// It did all it had to do.
    case finished
    /// It ended, and some of its work failed; the rest is done.
    case partial
    /// It could not do its work: the apps could not even be listed, for example.
    case failed
    /// Its process died, was stopped or lost the run's lock before it ended.
    case interrupted
}

/// What a run brought.
public struct RunFigures: Sendable, Hashable {
    /// How many apps were visited.
    public var apps: Int64 = 0
    /// How many objects had something to bring.
    public var objects: Int64 = 0
    /// How many bytes were committed.
    public var bytes: Int64 = 0
    /// How many records were committed.
    public var records: Int64 = 0
    /// How many of the records have the time of receipt, since no time was understood in them.
    public var untimed: Int64 = 0
    /// How many rejects were committed.
    public var rejects: Int64 = 0
    /// How many objects were left alone, by the word for the reason: lower-case letters and underscores.
    public var skips: [String: Int64] = [:]

    /// Figures of nothing.
    public init() {}
}
