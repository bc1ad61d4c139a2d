public import LogModel

/// Removes old runs.
public protocol RunRetention: Sendable {
    /// Removes runs that ended before a moment, the oldest first; runs that have not ended stay.
    /// - Parameters:
    ///   - end: the end of the time range, exclusive.
    ///   - limit: how many runs at most.
    /// - Returns: how many runs were removed.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing is removed. `.outcomeUnknown`: the runs may be
    ///   removed or may yet be; the caller repeats the call, which is safe.
    func expireRuns(endedBefore end: Timestamp, limit: Int) async throws(StoreError) -> Int
}
