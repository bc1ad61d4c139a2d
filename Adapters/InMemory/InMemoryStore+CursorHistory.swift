public import LogCursor
import LogIngestion
public import LogModel

extension InMemoryStore: CursorHistory {
    /// The latest steps of a generation's cursor.
    public func steps(of generation: GenerationID) -> [CursorStep] { history[generation] ?? [] }

    /// Puts a cursor back.
    public func rewind(_ cursor: Cursor, to progress: CursorProgress, at moment: Timestamp) -> RewindOutcome {
        let generation = cursor.generation
        let place = ObjectPlace(source: cursor.source, object: cursor.object)
        guard let kept = cursors[generation], incarnations[place]?.last == generation, isActive(kept.app),
            kept.epoch == cursor.epoch, kept.progress.position == cursor.progress.position
        else { return .refused }
        let position = kept.progress.position
        guard progress.position < position else { return progress.position == position ? .alreadyThere : .refused }
        cursors[generation]?.progress = progress
        cursors[generation]?.rewoundFrom = max(kept.rewoundFrom, position)
        cursors[generation]?.epoch += 1
        cursors[generation]?.owner = nil
        cursors[generation]?.leaseEnd = nil
        cursors[generation]?.updatedAt = moment
        keep(
            CursorStep(
                generation: generation, kind: .rewound, from: position, to: progress.position, epoch: kept.epoch + 1,
                owner: nil, beganAt: moment, endedAt: moment))
        return .rewound
    }

    /// Notes the move of a step that is about to be applied.
    func note(_ step: ObjectStep) {
        let move = step.move
        guard move.to.position > move.from else { return }
        if let last = history[move.generation]?.last, last.kind == .taken, last.epoch == move.epoch,
            last.to == move.from
        {
            let index = (history[move.generation]?.count ?? 1) - 1
            history[move.generation]?[index].to = move.to.position
            history[move.generation]?[index].endedAt = step.receivedAt
            return
        }
        keep(
            CursorStep(
                generation: move.generation, kind: .taken, from: move.from, to: move.to.position, epoch: move.epoch,
                owner: cursors[move.generation]?.owner, beganAt: step.receivedAt, endedAt: step.receivedAt))
    }

    private func keep(_ step: CursorStep) {
        history[step.generation] = ((history[step.generation] ?? []) + [step]).suffix(CursorStep.limit)
    }
}
