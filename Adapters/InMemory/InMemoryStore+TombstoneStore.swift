public import LogCursor
public import LogMaintenance
import LogModel

extension InMemoryStore: TombstoneStore {
    /// Removes the cursor of an object that is gone.
    public func forget(_ cursor: Cursor) -> Bool {
        let place = ObjectPlace(source: cursor.source, object: cursor.object)
        guard let kept = cursors[cursor.generation], kept.epoch == cursor.epoch,
            kept.progress.position == cursor.progress.position,
            kept.owner == nil || kept.leaseEnd.map({ $0 <= clock.now() }) ?? true,
            records.places(in: cursor.generation).isEmpty, !rejects.holds(cursor.generation),
            incarnations[place]?.first == cursor.generation
        else { return false }
        drop(kept)
        return true
    }
}
