import AppRegistry
import LogCursor
public import LogIngestion
public import LogModel
import StoreSupport

extension InMemoryStore: CommitStore {
    /// Applies steps in one transaction.
    public func commit(_ steps: [ObjectStep]) throws(StoreError) -> [StepOutcome] {
        let outcomes = try judge(steps)
        for (step, outcome) in zip(steps, outcomes) where outcome == .applied { apply(step) }
        return outcomes
    }

    /// Decides on every step before anything changes, since a commit that throws must leave all as it was.
    private func judge(_ steps: [ObjectStep]) throws(StoreError) -> [StepOutcome] {
        var positions: [GenerationID: Int64] = [:]
        var versions: [WriterPlace: Int64] = [:]
        var outcomes: [StepOutcome] = []
        for step in steps {
            let places = step.writers.map { WriterPlace(app: step.app, writer: $0.writer) }
            let areCurrent = zip(step.writers, places).allSatisfy { move, place in
                move.from == versions[place] ?? writers[place]?.version ?? 0
            }
            let outcome = areCurrent ? judge(step, positions[step.move.generation]) : .writerMoved
            outcomes.append(outcome)
            guard outcome == .applied else { continue }
            guard step.move.to.counts.totalBytes == step.move.to.position else { throw StoreError.unevenAccount }
            positions[step.move.generation] = step.move.to.position
            for (move, place) in zip(step.writers, places) { versions[place] = move.to.version }
        }
        return outcomes
    }

    /// The fence; `moved` is where an earlier step of the same commit puts the cursor.
    private func judge(_ step: ObjectStep, _ moved: Int64?) -> StepOutcome {
        guard let cursor = cursors[step.move.generation], isActive(cursor.app) else {
            return apps[step.app]?.deletedAt != nil ? .appDeleted : .refused
        }
        let position = moved ?? cursor.progress.position
        return position == step.move.from && cursor.epoch == step.move.epoch ? .applied : .refused
    }

    /// What is known of a writer.
    public func writer(_ writer: WriterID, of app: AppID) -> WriterState {
        writers[WriterPlace(app: app, writer: writer)] ?? WriterState()
    }

    private func apply(_ step: ObjectStep) {
        for move in step.writers { writers[WriterPlace(app: step.app, writer: move.writer)] = move.to }
        note(step)
        cursors[step.move.generation]?.progress = step.move.to
        cursors[step.move.generation]?.updatedAt = step.receivedAt
        records.insert(step)
        rejects.insert(step)
    }
}
