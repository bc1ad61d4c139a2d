import BlockingExecutor
import LogCursor
import LogIngestion
import LogModel

/// What commits left behind, so that the next ones of the same generations need not ask for it.
///
/// It says only what to try: the change of a cursor names its position, its epoch and the lack of a mark of deletion, and
/// meets nothing where one of them is another. What a commit takes is forgotten, so one that meets nothing begins anew by
/// reading.
struct CommitMemory: Sendable {
    /// As many as a worker follows at the same time, and more; beyond that it begins anew.
    private static let limit = 4096

    private let kept = Locked<[GenerationID: KnownState.Cursor]>([:])

    /// Gives the cursors of steps that begin where a commit has left them, and forgets those of all the steps.
    func take(_ steps: [ObjectStep]) -> [GenerationID: KnownState.Cursor] {
        kept.withLock { kept in
            var found: [GenerationID: KnownState.Cursor] = [:]
            for step in steps {
                // Of several steps of a generation the first says where it stands.
                guard let cursor = kept.removeValue(forKey: step.move.generation),
                    cursor.position == step.move.from, cursor.epoch == step.move.epoch
                else { continue }
                found[step.move.generation] = cursor
            }
            return found
        }
    }

    /// Keeps the cursors that steps have moved.
    func keep(_ cursors: [GenerationID: KnownState.Cursor], of steps: [ObjectStep]) {
        kept.withLock { kept in
            if kept.count + steps.count > CommitMemory.limit { kept = [:] }
            for step in steps { kept[step.move.generation] = cursors[step.move.generation] }
        }
    }
}
