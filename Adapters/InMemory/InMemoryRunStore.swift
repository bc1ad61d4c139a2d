public import IngestionJobs
public import LogMaintenance
public import LogModel

/// Runs in memory.
public actor InMemoryRunStore: RunStore {
    private var kept: [RunID: Run] = [:]

    /// No runs yet.
    public init() {}

    /// Adds or changes a run.
    public func save(_ run: Run) { kept[run.id] = run }

    /// The run of an id.
    public func run(_ id: RunID) -> Run? { kept[id] }

    /// A page of runs, the newest first.
    public func runs(kind: RunKind?, before last: RunID?, limit: Int) -> [Run] {
        let behind = kept.values.filter { run in
            (kind.map { $0 == run.kind } ?? true) && (last.map { run.id.text < $0.text } ?? true)
        }
        return Array(behind.sorted { $0.id.text > $1.id.text }.prefix(limit))
    }

    /// Marks runs as interrupted that are still marked as running.
    public func interrupt(_ kind: RunKind, except current: RunID, at moment: Timestamp) {
        for run in kept.values where run.kind == kind && run.state == .running && run.id != current {
            kept[run.id]?.state = .interrupted
            kept[run.id]?.finishedAt = moment
        }
    }
}

extension InMemoryRunStore: RunRetention {
    /// Removes old runs.
    public func expireRuns(endedBefore end: Timestamp, limit: Int) -> Int {
        let old = kept.values.filter { run in run.state != .running && run.finishedAt.map { $0 < end } ?? false }
        let going = old.sorted { $0.id.text < $1.id.text }.prefix(limit)
        for run in going { kept[run.id] = nil }
        return going.count
    }
}
