import BlockingExecutor
public import CoreMetrics
public import IngestionJobs
import LogModel

/// Turns runs into figures.
public struct RunMetrics: RunObserver {
    /// The states that a run can end in, and why it never began: another one was going on, or it could not.
    private enum State: String, CaseIterable {
        case finished, partial, failed, interrupted, skipped
        case notBegun = "not_begun"
    }

    private struct Handles: Sendable {
        let runs: [State: Counter]
        let duration: Timer
    }

    private let handles: [RunKind: Handles]
    private let factory: any MetricsFactory
    /// When the attempt under way began, of the kinds of work that this process has a schedule for.
    private let attempts = Locked<[RunKind: ContinuousClock.Instant?]>([:])

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

    /// Shows how long an attempt of this process's own schedule lasts, from before its lock is asked for until its end is
    /// recorded.
    public func follow<Value>(_ kind: RunKind, _ work: () async throws -> Value) async rethrows -> Value {
        attempts.withLock { $0[kind] = .some(.now) }
        defer { attempts.withLock { $0[kind] = .some(nil) } }
        return try await work()
    }

    /// Looks at the attempts anew; before each scrape.
    public func refresh() {
        let now = ContinuousClock.now
        // Shown from the first attempt on: a process that has no schedule for this kind of work has no figure of it.
        for (kind, began) in attempts.withLock({ $0 }) {
            ServiceMetric.currentRun.gauge(factory, [("kind", kind.rawValue)])
                .set(began.map { (now - $0) / .seconds(1) } ?? 0)
        }
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

    /// Notes that a run could not begin.
    public func couldNotBegin(_ kind: RunKind) {
        handles[kind]?.runs[.notBegun]?.increment()
    }
}
