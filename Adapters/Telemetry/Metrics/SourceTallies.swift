import BlockingExecutor
import CoreMetrics
import LogIngestion
import LogModel

/// Adds up what is known of each source, so that gauges hold for all of them and between visits.
struct SourceTallies: Sendable {
    private struct Entry: Sendable {
        /// What the latest visit left.
        var tally = ObjectTally()
        var foreign = 0
        /// The bytes that a visit under way has found and not taken yet; `nil` when none is under way.
        var open: Int64?
        var wasVisited = true
    }

    private struct State: Sendable {
        var entries: [SourceID: Entry] = [:]
        // Sums over all entries, kept up so that a commit costs the same however many sources there are.
        var unread: Int64 = 0
        var foreign = 0
        var counts: [ObjectState: Int] = [:]

        mutating func add(_ entry: Entry?, times sign: Int) {
            guard let entry else { return }
            unread += Int64(sign) * (entry.open ?? entry.tally.unreadBytes)
            foreign += sign * entry.foreign
            for (state, count) in entry.tally.counts { counts[state, default: 0] += sign * count }
        }
    }

    private let state = Locked(State())
    private let lag: Meter
    private let foreign: Meter
    private let objects: [ObjectState: Meter]

    init(_ factory: any MetricsFactory) {
        lag = ServiceMetric.ingestLag.gauge(factory)
        foreign = ServiceMetric.ingestForeignObjects.gauge(factory)
        objects = Dictionary(
            uniqueKeysWithValues: ObjectState.allCases.map {
                ($0, ServiceMetric.ingestObjects.gauge(factory, [("state", $0.rawValue)]))
            })
    }

    func listed(_ unread: Int64, in source: SourceID) {
        change(source) { $0.open = ($0.open ?? 0) + unread }
    }

    func took(_ bytes: Int64, from source: SourceID) {
        change(source) { entry in entry.open = entry.open.map { max(0, $0 - bytes) } }
    }

    func visited(_ source: SourceID, _ tally: ObjectTally) {
        change(source) { $0 = Entry(tally: tally) }
    }

    func foreign(_ count: Int, in source: SourceID) {
        change(source) { $0.foreign = count }
    }

    /// Keeps what is known of a source that was not visited; of one that never was, nothing is known.
    func leftAlone(_ source: SourceID) {
        state.withLock { $0.entries[source]?.wasVisited = true }
    }

    /// Forgets sources that were not visited since the last time.
    func roundEnded() {
        state.withLock { state in
            for (source, entry) in state.entries {
                if !entry.wasVisited {
                    state.add(entry, times: -1)
                    state.entries[source] = nil
                } else {
                    state.entries[source]?.wasVisited = false
                }
            }
            show(state)
        }
    }

    /// Changes what is known of a source and shows it under the lock, so that no gauge goes back to what was before.
    private func change(_ source: SourceID, _ body: (inout Entry) -> Void) {
        state.withLock { state in
            let before = state.entries[source]
            var entry = before ?? Entry()
            body(&entry)
            state.add(before, times: -1)
            state.add(entry, times: 1)
            state.entries[source] = entry
            show(state)
        }
    }

    private func show(_ state: State) {
        lag.set(state.unread)
        foreign.set(state.foreign)
        for (word, gauge) in objects { gauge.set(state.counts[word] ?? 0) }
    }
}
