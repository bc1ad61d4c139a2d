/// Why an object that a source lists was left alone in a run.
///
/// The words are what stores keep and answers show, so they never change.
public enum SkipReason: String, Sendable, Hashable, CaseIterable {
    /// Its name is none of ours.
    case unknownName = "unknown_name"
    /// All of it is taken already, or it is empty.
    case unchanged
    /// All of it is taken, and its last line counted without a newline.
    case sealed
    /// Only a last line is left that waits for its newline.
    case unfinishedLine = "unfinished_line"
    /// Another worker has it.
    case heldElsewhere = "held_elsewhere"
    /// Another worker has its app; counted once for the app.
    case appHeldElsewhere = "app_held_elsewhere"
    /// It failed before, and its wait is not over.
    case backingOff = "backing_off"
    /// The listing of its app was late before, and the wait of the app is not over; counted once for the app.
    case sourceBackingOff = "source_backing_off"
    /// It went away while it was read.
    case gone
    /// Another worker took it over while it was read.
    case takenOver = "taken_over"
    /// It does not show what was taken of it; it is waited whether that stays so.
    case doubted
    /// Its app was deleted.
    case appDeleted = "app_deleted"
}
