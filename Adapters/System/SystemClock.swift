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
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
