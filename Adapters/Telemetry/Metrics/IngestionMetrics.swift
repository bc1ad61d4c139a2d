public import CoreMetrics
import LogCursor
public import LogIngestion
import LogModel

/// Turns events of ingestion into figures.
public struct IngestionMetrics: IngestionObserver {
    private enum Kind: String, CaseIterable {
        case record, reject, skip, separator
    }

    private let bytes: Counter
    private let accounted: [Kind: Counter]
    private let delta: Meter
    private let records: Counter
    private let rejects: [RejectReason: Counter]
    private let skips: Counter
    private let repeats: Counter
    private let generations: [GenerationReason: Counter]
    private let takeovers: Counter
    private let hiddenTails: Counter
    private let objectFailures: Counter
    private let sourceFailures: Counter
    private let sources: SourceTallies

    /// Makes the handles.
    public init(_ factory: any MetricsFactory) {
        bytes = ServiceMetric.ingestBytes.counter(factory)
        accounted = ServiceMetric.ingestAccountedBytes.counters(factory, by: "kind", Kind.allCases)
        delta = ServiceMetric.ingestReconciliationDelta.gauge(factory)
        records = ServiceMetric.ingestRecords.counter(factory)
        rejects = ServiceMetric.ingestRejects.counters(factory, by: "reason", RejectReason.allCases)
        skips = ServiceMetric.ingestSkips.counter(factory)
        repeats = ServiceMetric.ingestRepeatedBatches.counter(factory)
        generations = ServiceMetric.ingestGenerations.counters(
            factory, by: "reason", GenerationReason.allCases.filter { $0 != .first })
        takeovers = ServiceMetric.ingestTakeovers.counter(factory)
        hiddenTails = ServiceMetric.ingestHiddenTails.counter(factory)
        objectFailures = ServiceMetric.ingestObjectFailures.counter(factory)
        sourceFailures = ServiceMetric.ingestSourceFailures.counter(factory)
        sources = SourceTallies(factory)
    }

    /// Takes note of an event.
    public func observe(_ event: IngestionEvent) {
        switch event {
        case .committed(let taken): note(taken)
        case .generationBegan(_, let reason, _): generations[reason]?.increment()
        case .takenOver: takeovers.increment()
        case .hiddenBytes: hiddenTails.increment()
        case .objectFailed: objectFailures.increment()
        case .sourceFailed: sourceFailures.increment()
        case .foreignObjects(let source, let count): sources.foreign(count, in: source)
        case .pageListed(let source, let unread): sources.listed(unread, in: source)
        case .sourceVisited(let source, _, let tally): sources.visited(source, tally)
        case .sourceLeftAlone(let source): sources.leftAlone(source)
        case .roundEnded: sources.roundEnded()
        // The gauge of objects by their state shows the first; runs that end partial show the second.
        case .objectDoubted, .storeFailed: break
        }
    }

    private func note(_ taken: TakenBytes) {
        let account = taken.account
        bytes.increment(by: taken.bytes)
        accounted[.record]?.increment(by: account.recordBytes)
        accounted[.reject]?.increment(by: account.rejectBytes)
        accounted[.skip]?.increment(by: account.skipBytes)
        accounted[.separator]?.increment(by: account.separatorBytes)
        // Kept apart from the counters, so that no scrape between two of them sees a difference that is none.
        delta.increment(by: Double(taken.bytes - account.totalBytes))
        records.increment(by: account.records)
        skips.increment(by: account.skips)
        repeats.increment(by: taken.repeatedBatches)
        for (reason, count) in taken.rejects { rejects[reason]?.increment(by: count) }
        sources.took(taken.bytes, from: taken.source)
    }
}
