/// What must hold in every world, whatever went wrong in it.
public enum Rule: String, Sendable, Hashable, CaseIterable {
    /// A line that was written to stay is not stored, or a stored one was not shown to who follows.
    case lost
    /// A line is stored twice, or was shown twice to who follows.
    case double
    /// Lines of one writer, or of one object, are stored or shown in another order than they were written in.
    case order
    /// A line is stored that nobody wrote, or one that was altered.
    case foreign
    /// Bytes are refused that are good lines.
    case refused
    /// What a cursor says of its object, or the verifier, differs from what is stored.
    case account
    /// A cursor moved from where it did not stand.
    case fence
    /// An object that was only appended to has a second generation.
    case generation
    /// A record is stored that is older than records become.
    case overdue
    /// Work lasted for longer than the limits of its calls and of its lock allow.
    case overlong
    /// Something failed though all was well, or waits for what never comes.
    case standstill
}
