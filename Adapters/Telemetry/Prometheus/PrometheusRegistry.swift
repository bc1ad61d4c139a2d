import BlockingExecutor
public import CoreMetrics

/// A backend of swift-metrics that Prometheus can scrape: the series of declared metrics, as its text format has them.
///
/// What nobody declared is not kept: labels stay few, whatever a library or a request brings along.
public final class PrometheusRegistry: MetricsFactory {
    private struct Key: Hashable, Sendable {
        let family: String
        /// The values of the family's labels, in its order.
        let values: [String]
    }

    private let families: [MetricFamily]
    private let declared: [String: MetricFamily]
    private let series = Locked<[Key: any Series]>([:])

    /// How many series one metric may have; handles for further ones lead nowhere.
    public static let seriesLimit = 1000

    /// A registry of some metrics, whose names differ.
    public init(_ families: [MetricFamily]) {
        self.families = families
        declared = Dictionary(families.map { ($0.name, $0) }) { first, _ in first }
        precondition(declared.count == families.count, "two metrics have the same name")
    }

    // MARK: - Handles

    /// The counter of a label set.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, of: [.counter]) as? CounterSeries ?? NOOPMetricsHandler.instance
    }

    /// The counter of a label set.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, of: [.counter]) as? CounterSeries ?? NOOPMetricsHandler.instance
    }

    /// The gauge of a label set, or a counter whose total is kept elsewhere.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, of: [.gauge, .counter]) as? any MeterHandler ?? NOOPMetricsHandler.instance
    }

    /// The histogram of a label set, or its gauge when measurements are not to be aggregated.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        series(label, dimensions, of: [aggregate ? .histogram : .gauge]) as? any RecorderHandler
            ?? NOOPMetricsHandler.instance
    }

    /// The histogram, in seconds, of a label set.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, of: [.histogram]) as? HistogramSeries ?? NOOPMetricsHandler.instance
    }

    // A series that was shown once goes on being shown, or its next scrape would look like a restart.

    /// Leaves the series where it is.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Leaves the series where it is.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Leaves the series where it is.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Leaves the series where it is.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Leaves the series where it is.
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func series(
        _ label: String, _ dimensions: [(String, String)], of kinds: Set<MetricFamily.Kind>
    ) -> (any Series)? {
        guard let family = declared[label], kinds.contains(family.kind) else { return nil }
        let given = Dictionary(dimensions) { _, last in last }
        let values = family.labels.compactMap { given[$0] }
        guard values.count == family.labels.count, given.count == values.count else { return nil }
        let key = Key(family: family.name, values: values)
        return series.withLock { series in
            if let known = series[key] { return known }
            guard series.keys.count(where: { $0.family == family.name }) < PrometheusRegistry.seriesLimit else {
                return nil
            }
            let made = PrometheusRegistry.make(family)
            series[key] = made
            return made
        }
    }

    private static func make(_ family: MetricFamily) -> any Series {
        switch family.kind {
        case .counter: CounterSeries()
        case .gauge: GaugeSeries()
        case .histogram: HistogramSeries(bounds: family.buckets)
        }
    }

    // MARK: - Scraping

    /// The content type of ``exposition()``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All series in the text format 0.0.4, in the order in which their metrics were declared.
    ///
    /// Each value is whole, but the text is no snapshot: work goes on between one value and the next.
    public func exposition() -> String {
        let all = series.withLock { $0 }
        let byFamily = Dictionary(grouping: all) { $0.key.family }
        var text = ExpositionText()
        for family in families {
            text.begin(family)
            let sorted = (byFamily[family.name] ?? []).sorted {
                $0.key.values.lexicographicallyPrecedes($1.key.values)
            }
            for (key, series) in sorted {
                let labels = Array(zip(family.labels, key.values))
                for sample in series.samples() {
                    let bound = sample.bound.map { [("le", ExpositionText.number($0))] } ?? []
                    text.add(family.name + sample.suffix, labels + bound, sample.value)
                }
            }
        }
        return text.text
    }
}
