/// How an object stands after a visit.
///
/// The words are what metrics show, so they never change.
public enum ObjectState: String, Sendable, Hashable, CaseIterable {
    /// All its bytes are taken.
    case current
    /// What is left of it waits for its newline, or for the next visit.
    case unfinished
    /// Another worker has it.
    case held
    /// It failed before and its time has not come.
    case backingOff = "backing_off"
    /// It does not show what was taken of it, and it is waited whether that stays so.
    case doubted
    /// It failed in this visit.
    case failed
}

/// The objects of a source after a visit: how many there are in each state, and what is left of them.
public struct ObjectTally: Sendable, Hashable {
    /// How many objects are in each state; states without objects are left out.
    public private(set) var counts: [ObjectState: Int] = [:]
    /// How many bytes of them all are not taken.
    public private(set) var unreadBytes: Int64 = 0

    /// A tally of nothing.
    public init() {}

    /// Counts an object of which `unread` bytes are not taken.
    public mutating func count(_ state: ObjectState, unread: Int64) {
        counts[state, default: 0] += 1
        unreadBytes += max(0, unread)
    }

    /// Counts an object that was followed, or that there was nothing to follow of.
    mutating func count(unread: Int64) {
        count(unread > 0 ? .unfinished : .current, unread: unread)
    }

    /// Adds another tally to this one.
    public static func += (left: inout ObjectTally, right: ObjectTally) {
        left.counts.merge(right.counts, uniquingKeysWith: +)
        left.unreadBytes += right.unreadBytes
    }
}
