/// Which bytes around a line are no part of it.
///
/// Cursors of the first releases counted by ``earlier``; what they counted must still be found equal by a verification.
public enum FramingRules: Sendable, Hashable {
    /// A byte order mark at the start of an object belongs to no line, NULs in front of a line and behind it are skips,
    /// and a carriage return before a newline belongs to the newline, whatever becomes of the line.
    case present
    /// A byte order mark belongs to the first line, NULs behind a line make it a reject, and the range of a line that is
    /// too long includes its carriage return.
    case earlier
}
