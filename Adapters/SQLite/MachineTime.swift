import Foundation

/// What a machine says of time; nanoseconds.
struct MachineTime: Sendable {
    /// Since the machine's start, its sleep included.
    var uptime: @Sendable () -> Int64
    /// Since the epoch, by the time of day, which may step.
    var wall: @Sendable () -> Int64
    /// Which of the machine's starts this is; `nil` when it does not say.
    var boot: @Sendable () -> String?

    /// This machine's.
    static let system = MachineTime(
        uptime: { read(CLOCK_BOOTTIME) },
        wall: { read(CLOCK_REALTIME) },
        boot: {
            let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            let id = text?.trimmingCharacters(in: .whitespacesAndNewlines)
            return id?.isEmpty == false ? id : nil
        })

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return nanoseconds(seconds: Int64(time.tv_sec), Int64(time.tv_nsec))
    }

    /// Nanoseconds in all, clamped to what can be counted: a clock that is set wrong must not end the process.
    static func nanoseconds(seconds: Int64, _ more: Int64) -> Int64 {
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !isTooLong else { return seconds < 0 ? .min : .max }
        let (sum, overflow) = whole.addingReportingOverflow(more)
        return overflow ? .max : sum
    }
}
