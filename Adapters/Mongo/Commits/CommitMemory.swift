import BlockingExecutor
import LogCursor
import LogIngestion
import LogModel

/// What commits left behind, so that the next ones of the same generations need not ask for it.
///
/// It says only what to try: the change of a cursor names its position, its epoch and the lack of a mark of deletion, and
/// meets nothing where one of them is another. What a commit builds on is forgotten first, so one that meets nothing
/// begins anew by reading.
struct CommitMemory: Sendable {
    /// As many as a worker follows at the same time, and more; beyond that it begins anew.
    private static let limit = 4096

    private let kept = Locked<[GenerationID: KnownState.Cursor]>([:])

    /// The cursors of steps that begin where a commit has left them.
    func cursors(for steps: [ObjectStep]) -> [GenerationID: KnownState.Cursor] {
        kept.withLock { kept in
            var found: [GenerationID: KnownState.Cursor] = [:]
            // Of several steps of a generation the first says where it stands.
            for step in steps.reversed() {
                let cursor = kept[step.move.generation]
                let isThere = cursor?.position == step.move.from && cursor?.epoch == step.move.epoch
                found[step.move.generation] = isThere ? cursor : nil
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

    /// Forgets the cursors of steps.
    func forget(_ steps: [ObjectStep]) {
        kept.withLock { kept in
            for step in steps { kept[step.move.generation] = nil }
        }
    }
}
