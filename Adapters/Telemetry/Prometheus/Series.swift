import BlockingExecutor
import CoreMetrics

/// One series' values: what stands behind the handles of swift-metrics.
protocol Series: AnyObject, Sendable {
    /// The samples of a scrape: what is added to the family's name, a further label, and the value.
    func samples() -> [(suffix: String, bound: Double?, value: Double)]
}

/// A value that only grows.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler, MeterHandler {
    private let total = Locked(0.0)

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) {
        guard amount > 0 else { return }
        total.withLock { $0 += amount }
    }
    func reset() { total.withLock { $0 = 0 } }

    /// Takes over a total that is kept elsewhere.
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { total.withLock { $0 = max($0, value) } }
    func decrement(by amount: Double) {}

    func samples() -> [(suffix: String, bound: Double?, value: Double)] { [("", nil, total.withLock { $0 })] }
}

/// A value that goes up and down.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    private let latest = Locked(0.0)

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { latest.withLock { $0 = value } }
    func increment(by amount: Double) { latest.withLock { $0 += amount } }
    func decrement(by amount: Double) { latest.withLock { $0 -= amount } }
    // A gauge of swift-metrics is a recorder of which the last value counts.
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func samples() -> [(suffix: String, bound: Double?, value: Double)] { [("", nil, latest.withLock { $0 })] }
}

/// Measurements, counted by how large they are.
final class HistogramSeries: Series, TimerHandler, RecorderHandler {
    private struct State: Sendable {
        /// How many measurements lie in each bucket and in none before it; the last one is for all that are larger.
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Locked<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Locked(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func samples() -> [(suffix: String, bound: Double?, value: Double)] {
        let state = state.withLock { $0 }
        var samples: [(suffix: String, bound: Double?, value: Double)] = []
        var total = 0
        for (bound, count) in zip(bounds + [.infinity], state.counts) {
            total += count
            samples.append(("_bucket", bound, Double(total)))
        }
        return samples + [("_sum", nil, state.sum), ("_count", nil, Double(total))]
    }
}
