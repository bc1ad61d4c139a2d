public import LogCursor

/// What the byte at a position goes on with, when that is not the beginning of a line.
///
/// Its raw values are states of ``LineFramer``; a value never changes its meaning.
public enum LineCarry: Int64, Sendable, Hashable, CaseIterable {
    /// Nothing: a line begins.
    case none = 0
    /// A line that is too long, whose beginning was refused.
    case longLine = 1
    /// A run of NULs in front of a line, whose beginning was skipped.
    case nulRun = 2
    /// A last line that was taken without its newline when the object was sealed.
    case sealedLine = 3
    /// Bytes behind such a line, whose beginning was refused.
    case continuation = 4
    /// A last line that became a record without its newline: blanks and NULs behind it belong to no line.
    case wholeLine = 5

    /// Reads the state of a cursor; `nil` when no framer of lines has left it.
    public init?(_ state: FramingState) { self.init(rawValue: state.rawValue) }

    /// The state that a cursor keeps.
    public var state: FramingState { FramingState(rawValue: rawValue) }

    /// Whether a last line was taken without its newline, and nothing of what may come behind it.
    public var isBehindLastLine: Bool { self == .sealedLine || self == .wholeLine }
}
