public import IngestionJobs
public import LogModel

extension InMemoryStore: RunStore {
    /// Adds or changes a run.
    public func save(_ run: Run) { runs[run.id] = run }

    /// The run of an id.
    public func run(_ id: RunID) -> Run? { runs[id] }

    /// A page of runs, the newest first.
    public func runs(kind: RunKind?, before last: RunID?, limit: Int) -> [Run] {
        let behind = runs.values.filter { run in
            (kind.map { $0 == run.kind } ?? true) && (last.map { run.id.text < $0.text } ?? true)
        }
        return Array(behind.sorted { $0.id.text > $1.id.text }.prefix(limit))
    }

    /// Marks runs as interrupted that are still marked as running.
    public func interrupt(_ kind: RunKind, except current: RunID, at moment: Timestamp) {
        for run in runs.values where run.kind == kind && run.state == .running && run.id != current {
            runs[run.id]?.state = .interrupted
            runs[run.id]?.finishedAt = moment
        }
    }
}
