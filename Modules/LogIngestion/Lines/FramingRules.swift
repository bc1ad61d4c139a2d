/// Which bytes around a line are no part of it.
///
/// Cursors of the first releases counted by ``earlier``; what they counted must still be found equal by a verification.
public enum FramingRules: Sendable, Hashable {
    /// A byte order mark at the start of an object belongs to no line, NULs in front of a line and behind it are skips,
    /// and a carriage return before a newline, or at the end of the object, belongs to the newline, whatever becomes of
    /// the line. Blanks and NULs behind a last line that became a record without its newline are skips.
    case present
    /// A byte order mark belongs to the first line, NULs behind a line make it a reject, the range of a line that is too
    /// long includes its carriage return, and so does a last line; what comes behind that is refused up to the newline.
    case earlier
}
