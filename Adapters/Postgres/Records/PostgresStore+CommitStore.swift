import LogCursor
public import LogIngestion
public import LogModel
import StoreSupport

/// Commits into PostgreSQL: the fence first, then the rows, all in one transaction.
extension PostgresStore: CommitStore {
    /// Applies steps in one transaction.
    ///
    /// Lost races with other transactions are tried again; a lost answer to COMMIT is not, since nobody knows what came
    /// of it: its reason is `.outcomeUnknown`.
    public func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        guard !steps.isEmpty else { return [] }
        do {
            return try await attempt(steps)
        } catch {
            throw StoreError(error, in: target).ofCommit
        }
    }

    private func attempt(_ steps: [ObjectStep]) async throws(PostgresError) -> [StepOutcome] {
        let days = Set(steps.filter { !$0.records.isEmpty }.map { CivilDay(of: $0.receivedAt) })
        do {
            try await ensurePartitions(of: days)
            return try await transaction { try StepCommit($0).apply(steps) }
        } catch {
            guard error.state == ServerState.undefinedTable else { throw error }
            // A partition that was there has been dropped meanwhile; nothing was applied.
            forgetPartitions()
        }
        try await ensurePartitions(of: days)
        return try await transaction { try StepCommit($0).apply(steps) }
    }

    /// What is known of a writer.
    public func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        try await read { try WriterTable($0).state(of: writer, app) }
    }
}
