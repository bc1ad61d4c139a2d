public import LogCursor

/// The finding that an object does not show what was taken of it: it may be another content, or an older state of the
/// same one, as a replica, a cache or a failover shows it.
public struct ObjectDoubt: Sendable, Hashable {
    /// What the object shows.
    public enum Shown: String, Sendable, Hashable, CaseIterable {
        /// The beginning of what was taken, as far as its stored lines tell: no other content.
        case beginning
        /// Other bytes than those that were taken.
        case otherBytes = "other_bytes"
    }

    /// What it shows.
    public let shown: Shown
    /// What the next generation would begin because of.
    public let reason: GenerationReason
    /// How many bytes it shows.
    public let size: Int64
    /// Whether it has shown so for longer than `consume.replace_after`.
    public let isLasting: Bool
    /// How long it must go on showing so before it is read from its start; `nil` when that never begins by itself.
    public let wait: Duration?
}
