/// Why blocking threads did not run a closure.
public enum BlockingThreadsError: Error, Sendable, Hashable {
    /// As many callers wait as may wait; the work was not begun.
    case queueFull
    /// The threads were stopped; the work was not begun.
    case stopped
}
