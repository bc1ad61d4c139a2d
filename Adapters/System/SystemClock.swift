import Glibc
public import LogModel

/// The time of day of this machine.
public struct SystemClock: WallClock {
    /// The machine's clock.
    public init() {}

    /// The present moment by `CLOCK_REALTIME`.
    public func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return SystemClock.moment(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    /// The moment that a clock shows, clamped to the range of times that are kept: 1970-01-01 to 2262-04-11.
    ///
    /// A machine whose clock is set wrong must still run, and what it stores must be found again.
    /// - Parameters:
    ///   - seconds: whole seconds since the epoch; negative before it.
    ///   - nanoseconds: what comes on top of them.
    /// - Returns: the moment.
    static func moment(seconds: Int64, nanoseconds: Int64) -> Timestamp {
        guard seconds >= 0 else { return .epoch }
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isTooLate) = whole.addingReportingOverflow(nanoseconds)
        return Timestamp(nanoseconds: isTooLong || isTooLate ? .max : sum)
    }
}
