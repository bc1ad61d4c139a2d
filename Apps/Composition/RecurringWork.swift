public import IngestionJobs
import TelemetryAdapter

/// A kind of work that is done again and again, by one process at a time in the whole deployment.
public struct RecurringWork: Sendable {
    /// Told of a run when it has begun.
    public typealias Start = @Sendable (Run) -> Void

    /// What kind it is.
    public let kind: RunKind
    /// The time between two runs.
    public let interval: Duration
    private let metrics: RunMetrics
    private let perform: @Sendable (@escaping Start) async throws -> RunKeeper.Outcome

    init(
        _ kind: RunKind, every interval: Duration, shownBy metrics: RunMetrics,
        _ perform: @escaping @Sendable (@escaping Start) async throws -> RunKeeper.Outcome
    ) {
        self.kind = kind
        self.interval = interval
        self.metrics = metrics
        self.perform = perform
    }

    /// Executes a run, unless one is going on somewhere.
    /// - Throws: when the lock or the record of the run cannot be written.
    public func execute(onStart: @escaping Start = { _ in }) async throws -> RunKeeper.Outcome {
        try await serving("a run of \(kind.rawValue)") { try await perform(onStart) }
    }

    /// The same as a turn of this process's own schedule: how long it lasts is shown while it lasts.
    /// - Throws: when the lock or the record of the run cannot be written.
    public func executeOnSchedule() async throws -> RunKeeper.Outcome {
        try await metrics.follow(kind) { try await execute() }
    }
}
