public import CoreMetrics
public import IngestionJobs
import LogModel

/// Turns runs into figures.
public struct RunMetrics: RunObserver {
    /// The states that a run can end in, and that it never began.
    private enum State: String, CaseIterable {
        case finished, partial, failed, interrupted, skipped
    }

    private struct Handles: Sendable {
        let runs: [State: Counter]
        let duration: Timer
    }

    private let handles: [RunKind: Handles]
    private let factory: any MetricsFactory

    /// Makes the handles.
    public init(_ factory: any MetricsFactory) {
        self.factory = factory
        handles = Dictionary(
            uniqueKeysWithValues: RunKind.allCases.map { kind in
                let label = [("kind", kind.rawValue)]
                return (
                    kind,
                    Handles(
                        runs: ServiceMetric.runs.counters(factory, by: "state", State.allCases, and: label),
                        duration: ServiceMetric.runDuration.timer(factory, label))
                )
            })
    }

    /// Notes how a run ended.
    public func ended(_ run: Run) {
        guard let handles = handles[run.kind], let finishedAt = run.finishedAt else { return }
        if let state = State(rawValue: run.state.rawValue) { handles.runs[state]?.increment() }
        handles.duration.recordNanoseconds(max(0, finishedAt.nanoseconds - run.startedAt.nanoseconds))
        guard run.state == .finished else { return }
        // Shown from the first success on: a process that does not do this kind of work has no time of it.
        ServiceMetric.runLastSuccess.gauge(factory, [("kind", run.kind.rawValue)])
            .set(Double(finishedAt.milliseconds) / 1000)
    }

    /// Notes that a run did not begin.
    public func skipped(_ kind: RunKind) {
        handles[kind]?.runs[.skipped]?.increment()
    }
}
