public import CoreMetrics
public import LogIngestion
public import LogModel

/// A commit store whose commits are timed and counted.
public struct ObservedCommitStore: CommitStore {
    private enum Outcome: String, CaseIterable {
        case applied, refused
        case writerMoved = "writer_moved"
        case appDeleted = "app_deleted"

        init(_ outcome: StepOutcome) {
            switch outcome {
            case .applied: self = .applied
            case .refused: self = .refused
            case .writerMoved: self = .writerMoved
            case .appDeleted: self = .appDeleted
            }
        }
    }

    private enum Reason: String, CaseIterable {
        case unavailable, broken
        case outcomeUnknown = "outcome_unknown"

        init(_ reason: StoreError.Reason) {
            switch reason {
            case .unavailable: self = .unavailable
            case .outcomeUnknown: self = .outcomeUnknown
            // A commit meets no conflict and has no limit of its own.
            case .conflict, .tooLong, .broken: self = .broken
            }
        }
    }

    private let base: any CommitStore
    private let duration: Timer
    private let failures: [Reason: Counter]
    private let steps: [Outcome: Counter]

    /// That of the store.
    public var usefulBytes: Int { base.usefulBytes }

    /// Observes a store.
    public init(_ base: any CommitStore, _ factory: any MetricsFactory) {
        self.base = base
        duration = ServiceMetric.commitDuration.timer(factory)
        failures = ServiceMetric.commitFailures.counters(factory, by: "reason", Reason.allCases)
        steps = ServiceMetric.commitSteps.counters(factory, by: "outcome", Outcome.allCases)
    }

    /// Commits and takes note.
    public func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        let start = ContinuousClock.now
        defer { duration.record(since: start) }
        do {
            let outcomes = try await base.commit(steps)
            for outcome in outcomes { self.steps[Outcome(outcome)]?.increment() }
            return outcomes
        } catch {
            failures[Reason(error.reason)]?.increment()
            throw error
        }
    }

    /// Asks the store.
    public func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        try await base.writer(writer, of: app)
    }
}
