import IngestionJobs
public import LogMaintenance
public import LogModel

extension InMemoryStore: RunRetention {
    /// Removes old runs.
    public func expireRuns(endedBefore end: Timestamp, limit: Int) -> Int {
        let old = runs.values.filter { run in run.state != .running && run.finishedAt.map { $0 < end } ?? false }
        let going = old.sorted { $0.id.text < $1.id.text }.prefix(limit)
        for run in going { runs[run.id] = nil }
        return going.count
    }
}
