import LogCursor
import LogIngestion
import LogModel

/// What a commit does, judged step by step on what is known.
///
/// Judging says only what to try: each change names what it builds on, so that it meets nothing when that is not so.
struct CommitPlan: Sendable {
    /// One outcome for each step, in order.
    private(set) var outcomes: [StepOutcome] = []
    /// Changes of cursors, the fence in their filters.
    private(set) var cursorChanges: [BSONDocument] = []
    /// Steps that are no longer the latest of their cursors.
    private(set) var historyChanges: [BSONDocument] = []
    /// Changes of what is known of writers.
    private(set) var writerChanges: [BSONDocument] = []

    /// What is known once the steps are done.
    private(set) var known: KnownState

    /// Judges steps.
    init(_ steps: [ObjectStep], on known: KnownState) {
        self.known = known
        for step in steps {
            let outcome = judge(step)
            outcomes.append(outcome)
            if outcome == .applied { apply(step) }
        }
    }

    /// Those of the steps that it was made of which are done.
    func applied(_ steps: [ObjectStep]) -> [ObjectStep] {
        zip(steps, outcomes).filter { $0.1 == .applied }.map(\.0)
    }

    private func judge(_ step: ObjectStep) -> StepOutcome {
        let areCurrent = step.writers.allSatisfy { move in
            known.versions[WriterPlace(app: step.app, writer: move.writer)] ?? 0 == move.from
        }
        guard areCurrent else { return .writerMoved }
        guard !known.deletedApps.contains(step.app) else { return .appDeleted }
        guard let cursor = known.cursors[step.move.generation] else { return .refused }
        return cursor.position == step.move.from && cursor.epoch == step.move.epoch ? .applied : .refused
    }

    private mutating func apply(_ step: ObjectStep) {
        let move = step.move
        var members: BSONDocument = ["updated_at": .int64(step.receivedAt.nanoseconds)] + move.to.members
        if let latest = advance(step) { members.append("step", .document(latest.document)) }
        known.cursors[move.generation]?.position = move.to.position
        cursorChanges.append([
            "q": [
                "_id": .int64(move.generation.number), "position": .int64(move.from), "epoch": .int64(move.epoch),
                "is_app_deleted": nil,
            ],
            "u": ["$set": .document(members)],
        ])
        for writer in step.writers { apply(writer, of: step) }
    }

    /// The cursor's latest step after a move; `nil` when the move is none.
    private mutating func advance(_ step: ObjectStep) -> CursorStep? {
        let move = step.move
        guard move.to.position > move.from, let cursor = known.cursors[move.generation] else { return nil }
        var latest = CursorStep(
            generation: move.generation, kind: .taken, from: move.from, to: move.to.position, epoch: move.epoch,
            owner: cursor.owner, beganAt: step.receivedAt, endedAt: step.receivedAt)
        if let earlier = cursor.step {
            if earlier.kind == .taken, earlier.epoch == move.epoch, earlier.to == move.from {
                latest = earlier
                latest.to = move.to.position
                latest.endedAt = step.receivedAt
            } else {
                historyChanges.append(earlier.becomingEarlier)
            }
        }
        known.cursors[move.generation]?.step = latest
        return latest
    }

    private mutating func apply(_ move: WriterMove, of step: ObjectStep) {
        let place = WriterPlace(app: step.app, writer: move.writer)
        known.versions[place] = move.to.version
        writerChanges.append([
            "q": ["_id": place.id, "version": .int64(move.from)],
            "u": [
                "$set": [
                    "version": .int64(move.to.version), "taken": .string(move.to.taken.description),
                    "updated_at": .int64(step.receivedAt.nanoseconds),
                ]
            ],
            "upsert": .boolean(move.from == 0),
        ])
    }
}
