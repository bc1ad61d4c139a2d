import LogModel

extension Timestamp {
    /// A moment before this release, which no clock that is right can show: 2026-01-01 in UTC.
    private static let beforeThisRelease = Timestamp(nanoseconds: 1_767_225_600_000_000_000)

    /// What people should know when a machine's clock shows this moment.
    ///
    /// Machines without a battery begin at 1970 until they have been told the time. Lines without a time of their own
    /// would get one of then, tokens would end decades early, and certificates would not be good yet.
    /// - Returns: words for people; `nil` when the clock can be right.
    var clockConcern: String? {
        guard self < Timestamp.beforeThisRelease else { return nil }
        return "the clock of this machine says \(rfc3339), which is long past: set it, or times of receipt "
            + "will be wrong"
    }
}
