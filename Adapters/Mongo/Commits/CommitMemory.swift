import BlockingExecutor
import LogCursor
import LogIngestion
import LogModel

/// What commits left behind, so that the next ones of the same generations need not ask for it.
///
/// It is trusted with nothing: the change of a cursor names its position, its epoch and the lack of a mark of deletion,
/// and meets nothing where one of them is another. Then it is forgotten, and the commit begins anew by reading.
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

    /// Keeps the cursors of steps that were committed.
    func keep(_ cursors: [GenerationID: KnownState.Cursor]) {
        kept.withLock { kept in
            if kept.count + cursors.count > CommitMemory.limit { kept = [:] }
            // One that does not vouch for its app is to be read again.
            kept.merge(cursors.filter { $0.value.appNumber != nil }) { $1 }
        }
    }

    /// Forgets the cursors of steps.
    func forget(_ steps: [ObjectStep]) {
        kept.withLock { kept in
            for step in steps { kept[step.move.generation] = nil }
        }
    }
}
