public import LogCursor
public import LogModel

/// Removes cursors of objects that are gone.
///
/// A cursor outlives its object as a tombstone: it says what was taken, and keeps an object that comes back from being
/// taken twice. So it goes only when nothing can come back.
public protocol TombstoneStore: Sendable {
    /// Removes the cursor of a generation whose object is known to be gone, with its history and followers' positions.
    ///
    /// In one transaction, and only if the cursor stands as it was read, under the same epoch; nobody has it; no record
    /// and no reject of it is kept; and no earlier generation of its object is left, which would stand for the object
    /// otherwise.
    /// - Returns: whether it was removed; else nothing has changed.
    func forget(_ cursor: Cursor) async throws(StoreError) -> Bool
}
