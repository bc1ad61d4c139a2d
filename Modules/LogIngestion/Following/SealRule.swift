public import LogModel

/// When the last line of a day file counts although it has no newline.
public enum SealRule {
    /// The day must be over, and no growth seen for `grace`.
    public static func isDue(day: CivilDay, grownAt: Timestamp, grace: Duration, at moment: Timestamp) -> Bool {
        moment >= day.next.start.advanced(by: grace) && moment >= grownAt.advanced(by: grace)
    }
}
