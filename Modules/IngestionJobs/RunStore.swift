public import LogModel

/// Keeps runs.
public protocol RunStore: Sendable {
    /// Adds a run, or replaces the run of the same id.
    /// - Throws: ``StoreError``: `.unavailable` and `.outcomeUnknown`: the run may be stored; the caller repeats the
    ///   call, which is idempotent. `.broken`: nothing has changed.
    func save(_ run: Run) async throws(StoreError)

    /// Reads a run by its id.
    /// - Returns: the run; `nil` when there is none.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func run(_ id: RunID) async throws(StoreError) -> Run?

    /// Reads a page of runs.
    /// - Parameters:
    ///   - kind: runs of this kind only; `nil` reads all kinds.
    ///   - last: runs with smaller ids, which began earlier, are read; `nil` begins with the newest.
    ///   - limit: how many runs at most.
    /// - Returns: the runs, the newest first.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func runs(kind: RunKind?, before last: RunID?, limit: Int) async throws(StoreError) -> [Run]

    /// Marks all runs of a kind that are still marked as running as interrupted, except one.
    ///
    /// The caller must hold the lock of the kind: then no other run of it can be going on.
    /// - Parameters:
    ///   - kind: the kind of work.
    ///   - current: the run that stays as it is.
    ///   - moment: the end of the runs that are marked.
    /// - Throws: ``StoreError``: `.unavailable` and `.outcomeUnknown`: some of the runs may be marked; the caller
    ///   repeats the call, which is idempotent. `.broken`: the store refuses the call.
    func interrupt(_ kind: RunKind, except current: RunID, at moment: Timestamp) async throws(StoreError)
}
