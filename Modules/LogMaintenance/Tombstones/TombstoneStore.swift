public import LogCursor
public import LogModel

/// Removes cursors of objects that are gone.
///
/// A cursor outlives its object as a tombstone: it says which bytes were committed, and keeps an object that comes back
/// from being committed twice. So a cursor may go only when nothing can come back.
public protocol TombstoneStore: Sendable {
    /// Removes the cursor of a generation whose object is known to be gone, with its history and followers' positions.
    ///
    /// The removal is one transaction. It is made only if the cursor is as it was read, under the same epoch; no owner
    /// has claimed it; no record and no reject of it is kept; and no earlier generation of its object is left, which
    /// would otherwise represent the object.
    /// - Parameter cursor: the cursor as it was read.
    /// - Returns: whether it was removed; if not, nothing has changed.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing has changed. `.outcomeUnknown`: the cursor may
    ///   be removed or may yet be; the caller repeats the call, which returns `false` for a cursor that is gone.
    func forget(_ cursor: Cursor) async throws(StoreError) -> Bool
}
