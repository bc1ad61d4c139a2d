public import CoreMetrics
public import LogMaintenance

/// Turns what runs of index-logs and cleanup-logs brought into figures.
public struct MaintenanceMetrics: CleanupObserver {
    /// What is removed.
    private enum Removed: String, CaseIterable {
        case record, reject, run, cursor, file
    }

    /// What of it has bytes.
    private enum Sized: String, CaseIterable {
        case record, file
    }

    private let indexedRecords: Counter
    private let indexedBytes: Counter
    private let refusedSteps: Counter
    private let removed: [Removed: Counter]
    private let removedBytes: [Sized: Counter]
    private let missed: Counter
    private let waiting: Meter
    private let filesLeft: [SourceObstacle: Meter]

    /// Makes the handles.
    public init(_ factory: any MetricsFactory) {
        indexedRecords = ServiceMetric.indexRecords.counter(factory)
        indexedBytes = ServiceMetric.indexBytes.counter(factory)
        refusedSteps = ServiceMetric.indexRefusedSteps.counter(factory)
        removed = ServiceMetric.cleanupRemoved.counters(factory, by: "kind", Removed.allCases)
        removedBytes = ServiceMetric.cleanupRemovedBytes.counters(factory, by: "kind", Sized.allCases)
        missed = ServiceMetric.cleanupMissedRecords.counter(factory)
        waiting = ServiceMetric.cleanupWaitingRecords.gauge(factory)
        filesLeft = Dictionary(
            uniqueKeysWithValues: SourceObstacle.allCases.map {
                ($0, ServiceMetric.cleanupFilesLeft.gauge(factory, [("reason", $0.rawValue)]))
            })
        waiting.set(0)
        for gauge in filesLeft.values { gauge.set(0) }
    }

    /// Notes what a run of index-logs brought.
    public func note(_ figures: IndexFigures) {
        indexedRecords.increment(by: figures.records)
        indexedBytes.increment(by: figures.bytes)
        refusedSteps.increment(by: figures.refused)
    }

    /// Notes what a run of cleanup-logs removed from the store.
    public func note(_ figures: CleanupFigures) {
        removed[.record]?.increment(by: figures.records)
        removed[.reject]?.increment(by: figures.rejects)
        removed[.run]?.increment(by: figures.runs)
        removed[.cursor]?.increment(by: figures.cursors)
        removedBytes[.record]?.increment(by: figures.bytes)
        missed.increment(by: figures.missed)
        waiting.set(Double(figures.waiting))
    }

    /// Notes what a run of cleanup-logs removed from the file store.
    public func note(_ figures: SourceFigures) {
        removed[.file]?.increment(by: figures.removed)
        removedBytes[.file]?.increment(by: figures.bytes)
        for (obstacle, gauge) in filesLeft { gauge.set(Double(figures.left[obstacle, default: 0])) }
    }

    /// Notes which cursors of files that are gone a run of cleanup-logs removed.
    public func note(_ figures: TombstoneFigures) {
        removed[.cursor]?.increment(by: figures.cursors)
    }
}
