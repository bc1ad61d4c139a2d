import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import SystemAdapter

/// The whole engine into a store that moves cursors and keeps no line.
enum FollowCase {
    static func prepare(_ task: CaseTask) async throws -> CaseWork {
        let store = InMemoryStore(clock: SystemClock())
        return try await EngineCase.prepare(task.input, into: store, commits: CursorsOnly(store: store))
    }
}

/// Applies moves and drops the rows.
private struct CursorsOnly: CommitStore {
    let store: InMemoryStore

    func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        try await store.commit(
            steps.map { step in
                ObjectStep(
                    move: step.move, app: step.app, records: RecordColumns(over: []), rejects: [],
                    writers: step.writers, receivedAt: step.receivedAt)
            })
    }

    func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        await store.writer(writer, of: app)
    }
}
